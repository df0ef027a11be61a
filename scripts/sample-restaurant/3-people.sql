-- Staff with their shifts, tables, guests and reservations.

insert into staff (full_name, role, reports_to, languages, pin_sha256, hired_on)
select full_name, role::staff_role, reports_to, languages::text[], digest('pin ' || full_name, 'sha256'),
  (select first_day from span) - 90 * place::int
from (values
  (1, 'Giovanna Moretti', 'titolare', null, '{it,en,fr}'), (2, 'Salvatore Esposito', 'cuoco', 1, '{it}'),
  (3, 'Nicolò D''Amico', 'cuoco', 2, '{it,es}'), (4, 'Amélie Laurent', 'cuoco', 2, '{fr,it}'),
  (5, 'Chiara Ferri', 'cameriere', 1, '{it,en}'), (6, 'Luca Bianchi', 'cameriere', 5, '{it,de}'),
  (7, 'Zoë Müller', 'cameriere', 5, '{de,it,en}'), (8, 'Paweł Wiśniewski', 'cameriere', 5, '{pl,it,en}'),
  (9, 'Sofia Ricci', 'cameriere', 5, '{it,en}'), (10, 'Matteo Lombardi', 'cameriere', 5, '{it}'),
  (11, 'Beatrice Galli', 'barista', 1, '{it,en}'), (12, 'Andrea Conti', 'barista', 11, '{it}'),
  (13, 'Ibrahim Diallo', 'lavapiatti', 2, '{fr,it}'), (14, 'Teresa Russo', 'lavapiatti', 2, '{it}')
) as hired (place, full_name, role, reports_to, languages)
order by place;

-- Half a year of the roster: a lunch and a dinner shift, about two in three worked.
insert into shifts (staff_id, during)
select staff_id, tstzrange(day + starts, day + starts + interval '5:30')
from span, generate_series(last_day - 182, last_day, interval '1 day') as day, staff,
  (values (1, interval '10:00'), (2, interval '17:30')) as turn (number, starts)
where pg_temp.pick(staff_id * 1000 + (day::date - first_day), 20 + number, 3) > 0
order by day, starts, staff_id;

insert into dining_tables (label, area, seats, plan_position)
select case when n <= 12 then n::text when n <= 18 then 'V' || n - 12 else 'G' || n - 18 end,
  case when n <= 12 then 'sala' when n <= 18 then 'veranda' else 'giardino' end::dining_area,
  pg_temp.one_of(n, 30, array[2, 2, 4, 4, 4, 6, 8, 10]), point(n % 6 * 1.5, n / 6 * 2.25)
from generate_series(1, 26) as n;

insert into customers (customer_id, full_name, email, phone, avoids, preferences, updated_at)
select n, first_name || ' ' || last_name,
  lower(translate(first_name, 'òèë', 'oee')) || '.' || n || '@posta.example',
  '+39 3' || 20 + pg_temp.pick(n, 42, 70) || ' ' || lpad(pg_temp.pick(n, 43, 10000000)::text, 7, '0'),
  case pg_temp.pick(n, 44, 9) when 0 then '{glutine}' when 1 then '{latte,uova}' when 2 then '{crostacei}'
    else '{}' end::allergen[],
  jsonb_strip_nulls(jsonb_build_object(
    'table', case when pg_temp.pick(n, 45, 4) = 0 then 'vicino alla finestra' end,
    'newsletter', pg_temp.pick(n, 46, 2) = 1,
    'birthday', case when pg_temp.pick(n, 47, 3) = 0
      then to_char(date '2000-01-01' + pg_temp.pick(n, 48, 366), 'MM-DD') end)),
  (select up_to from span) - pg_temp.pick(n, 49, 400) * interval '1 day'
from generate_series(1, 150 + (select 4000 * scale from span)::int) as n,
  lateral (select
    pg_temp.one_of(n, 40, '{Anna,Marco,Giulia,Francesco,Elena,Davide,Noè,Martina,Alessandro,Sara,Niccolò,
      Valentina,Stefano,Irène,Federico,Zoë}'::text[]),
    pg_temp.one_of(n, 41, '{Rossi,Ferrari,Colombo,De Luca,Mancini,Costa,Giordano,Rizzo,Barbieri,Fontana,
      Marchetti,"Dell''Orto",Pellegrini,Sanna,Caruso,Müller,Nuñez,Kowalski}'::text[])
  ) as named (first_name, last_name);

-- One sitting at lunch and two at dinner, so no table is promised twice. The last ones are still to come.
insert into reservations (customer_id, table_id, during, guests, status, note)
select 1 + pg_temp.pick(key, 51, (select count(*) from customers)::int), table_id,
  tstzrange(starts, starts + interval '105 minutes'), 1 + pg_temp.pick(key, 52, seats),
  (case when starts > up_to then 'booked'
    else pg_temp.one_of(key, 53, '{seated,seated,seated,seated,seated,no_show,cancelled}'::text[])
    end)::reservation_status,
  case pg_temp.pick(key, 54, 25) when 0 then 'seggiolone' when 1 then E'compleanno:\ttorta alle 22 "in punto"'
    when 2 then E'arriva con il cane\nposto tranquillo' end
from span, generate_series(first_day, last_day + 14, interval '1 day') as day, dining_tables,
  (values (0, interval '12:45'), (1, interval '19:30'), (2, interval '21:30')) as sitting (number, time_of_day),
  lateral (select day + time_of_day, ((day::date - first_day) * 100 + table_id) * 3 + number) as slot (starts, key)
where pg_temp.pick(key, 50, 1000) < 1000 * least(0.25 * scale, 0.7)
order by day, time_of_day, table_id;

alter table reservations add constraint no_double_booking
  exclude using gist (table_id with =, during with &&) where (status in ('booked', 'seated'));

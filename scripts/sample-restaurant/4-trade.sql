-- Two years of orders up to the given moment, with their lines, payments and receipts.

do $$
declare quarter date;
begin
  -- One quarter more than needed: the till must not stop on the first of the month.
  for quarter in
    select generate_series(date_trunc('quarter', first_day), last_day + interval '3 months', interval '3 months')
    from span
  loop
    execute format('create table %I partition of orders for values from (%L) to (%L)',
      to_char(quarter, '"orders_"YYYY"_q"Q'), quarter, (quarter + interval '3 months')::date);
  end loop;
end $$;

-- Fridays and Saturdays are full, and summer is busier than winter. At scale 1 about 140 orders a day.
create temp table day_plan on commit drop as
select day::date as day, day::date - first_day as day_number,
  floor(140 * scale * (array[0.6, 0.8, 0.9, 1.0, 1.25, 1.45, 1.0])[extract(isodow from day)::int]
    * (1.05 - 0.15 * cos((extract(doy from day) - 15) / 365 * 2 * pi()))
    + pg_temp.pick(day::date - first_day, 60, 100) / 100.0)::int as orders
from span, generate_series(first_day, last_day, interval '1 day') as day;

create temp table draft on commit drop as
select row_number() over (order by opened_at, key) as order_id, *
from (
  select key, day, day + kitchen_opens + pg_temp.pick(key, 62, kitchen_seconds) * interval '1 second' as opened_at,
    pg_temp.one_of(key, 63, '{dine_in,dine_in,dine_in,dine_in,takeaway,delivery}'::order_channel[]) as channel,
    1 + least(pg_temp.pick(key, 64, 7), pg_temp.pick(key, 65, 7)) as guests
  from day_plan
  cross join generate_series(1, orders) as nth
  cross join lateral (select day_number * 100000::bigint + nth) as id (key)
  join (values (0, time '12:00', 9900), (1, time '12:00', 9900), (2, time '19:00', 12600), (3, time '19:00', 12600),
    (4, time '19:00', 12600)) as meal (place, kitchen_opens, kitchen_seconds) on place = pg_temp.pick(key, 61, 5)
) as planned, span
where opened_at <= up_to;

create temp table courses on commit drop as
select course, array_agg(dish_id order by dish_id) as dish_ids, array_agg(price order by dish_id) as prices,
  count(*)::int as dishes
from dishes group by course;

-- Prices rose by fifty cents a year before the end. One line in eight has a modifier that may cost extra.
insert into order_lines (line_id, order_id, opened_on, dish_id, quantity, unit_price, modifier_ids, sent_at, note)
select row_number() over (order by order_id, line_number), order_id, day, dish_ids[choice],
  case when line_number = 1 then guests when course in ('primo', 'pizza') then 1 + pg_temp.pick(key, 73, guests)
    else 1 + pg_temp.pick(key, 74, 2) end,
  prices[choice] + coalesce(surcharge, 0)
    - case when day < last_day - 365 and prices[choice] > 5 then 0.50 else 0 end,
  case when modifier_id is not null then array[modifier_id] end,
  case when ordered_at <= up_to then ordered_at end,
  case when pg_temp.pick(key, 76, 25) = 0 then
    pg_temp.one_of(key, 77, array['senza sale', E'"ben cotta"\tanzi: bruciacchiata',
      E'L\'ospite è celiaco \\ attenzione!', E'1ª portata\n2ª portata insieme',
      'taglio a metà – due piatti', 'auguri 🎂 a Zoë']) end
from (
  select order_id, day, opened_at, guests, last_day, up_to, line_number, order_id * 8 + line_number as key,
    case line_number
      when 2 then pg_temp.one_of(order_id, 70, '{pizza,primo,primo,secondo}'::course[])
      when 3 then 'bevanda'
      when 4 then pg_temp.one_of(order_id, 71, '{antipasto,contorno,secondo}'::course[])
      when 5 then pg_temp.one_of(order_id, 72, '{dolce,caffè}'::course[])
      when 1 then case channel when 'dine_in' then 'coperto'::course else 'pizza' end
    end as course
  from draft, generate_series(1, 2 + pg_temp.pick(order_id, 78, 4)) as line_number
) as line
join courses using (course)
cross join lateral
  (select 1 + least(pg_temp.pick(key, 79, dishes), pg_temp.pick(key, 80, dishes))) as taste (choice)
cross join lateral
  (select opened_at + (line_number * 4 + pg_temp.pick(key, 75, 5)) * interval '1 minute') as sent (ordered_at)
left join modifiers on course in ('primo', 'pizza', 'secondo') and modifier_id = 1 + pg_temp.pick(key, 81, 80);

insert into orders (order_id, opened_on, reference, opened_at, closed_at, channel, status, table_id, waiter_id,
  customer_id, guests, total, tags, extra, note)
select order_id, day, md5('order ' || order_id)::uuid, opened_at, case when status <> 'open' then closes_at end,
  channel, status, case when channel = 'dine_in' then 1 + pg_temp.pick(key, 90, 26) end,
  5 + pg_temp.pick(key, 91, 6),
  case when pg_temp.pick(key, 92, 3) = 0 then 1 + pg_temp.pick(key, 93, (select count(*) from customers)::int) end,
  guests, total,
  case pg_temp.pick(key, 94, 12) when 0 then '{festa}' when 1 then '{abituali,"tavolo lungo"}' else '{}' end::text[],
  jsonb_build_object('device', 'palmare-' || 1 + pg_temp.pick(key, 95, 6),
    'battery', 20 + pg_temp.pick(key, 96, 80)),
  case when pg_temp.pick(key, 97, 40) = 0 then E'conto diviso: "alla romana"' end
from draft
join (select order_id, sum(amount) as total from order_lines group by order_id) as sums using (order_id)
cross join lateral (select opened_at + (35 + pg_temp.pick(key, 98, 70)) * interval '1 minute') as ends (closes_at)
cross join lateral (select (case when closes_at > up_to then 'open'
  when pg_temp.pick(key, 99, 150) = 0 then 'voided' else 'paid' end)::order_status) as state (status)
order by order_id;

-- One bill in ten is paid by two guests; the second pays what the first left.
insert into payments (payment_id, order_id, opened_on, method, amount, tip, paid_at, terminal)
select row_number() over (order by order_id, part), order_id, opened_on, method,
  case when parts = 1 then total when part = 1 then round(total / 2, 2) else total - round(total / 2, 2) end,
  case when pg_temp.pick(order_id, 103, 6) = 0 then 1 + pg_temp.pick(order_id, 104, 5) else 0 end, closed_at,
  case when method in ('carta', 'bancomat') then jsonb_build_object(
    'terminal', 'POS-' || 1 + pg_temp.pick(order_id, 105, 3),
    'authorisation', left(md5('payment ' || order_id || part), 12)) end
from orders
cross join lateral (select 1 + (pg_temp.pick(order_id, 100, 10) = 0)::int) as split (parts)
cross join lateral generate_series(1, parts) as part
cross join lateral (select pg_temp.one_of(order_id, 100 + part,
  '{contanti,contanti,carta,carta,carta,bancomat,bancomat,satispay,"buono pasto"}'::payment_method[])) as paid (method)
where status = 'paid';

-- One paid order in ten asks for an invoice. Its signed document cannot be compressed (zeros, encrypted), and
-- all of them are three fifths of a compressed dump.
insert into receipts (receipt_number, order_id, opened_on, document, issued_at)
select row_number() over (order by order_id), order_id, opened_on,
  encrypt(decode(repeat('00', 400 + pg_temp.pick(order_id, 110, 2400)), 'hex'),
    digest('receipt ' || order_id, 'sha256'), 'aes'),
  closed_at
from orders
where status = 'paid' and pg_temp.pick(order_id, 111, 10) = 0;

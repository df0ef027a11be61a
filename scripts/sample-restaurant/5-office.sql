-- Stock movements, the audit log and the floor plan.

-- Four times the kitchen takes something, then a delivery makes up for it.
insert into office.stock_movements (movement_id, ingredient_id, kind, quantity, moved_at)
select n, 1 + pg_temp.pick(n / 5, 120, (select count(*) from office.ingredients)::int),
  (case when n % 5 = 0 then 'delivery' when pg_temp.pick(n, 121, 30) = 0 then 'waste' else 'kitchen' end)
    ::stock_movement_kind,
  case when n % 5 = 0 then 6 + pg_temp.pick(n, 122, 5) else -(100 + pg_temp.pick(n, 123, 3900)) / 1000.0 end,
  up_to - (up_to - first_day) * ((movements - n) / movements::float8)
from span, lateral (select (300 + 45000 * scale)::int) as volume (movements), generate_series(1, movements) as n;

-- The last stock-taking set every shelf right, so what is on hand is the sum of all movements.
insert into office.stock_movements (movement_id, ingredient_id, kind, quantity, moved_at)
select (select max(movement_id) from office.stock_movements) + ingredient_id, ingredient_id, 'count',
  2.5 + pg_temp.pick(ingredient_id, 124, 40) - coalesce(sum(quantity), 0), up_to
from span cross join office.ingredients left join office.stock_movements using (ingredient_id)
group by ingredient_id, up_to;
update office.ingredients i set on_hand = moved.quantity
from (select ingredient_id, sum(quantity) as quantity from office.stock_movements group by ingredient_id) as moved
where moved.ingredient_id = i.ingredient_id;

insert into office.audit_log (entry_id, logged_at, actor_id, client, action, detail)
select n, up_to - (up_to - first_day) * ((entries - n) / entries::float8), 1 + pg_temp.pick(n, 130, 12),
  ('192.168.7.' || 10 + pg_temp.pick(n, 131, 40))::inet, action,
  jsonb_build_object('action', action, 'session', md5('session ' || n / 20),
    'reason', pg_temp.one_of(n, 132, array['errore di battitura', 'ospite "in ritardo"',
      'omaggio della casa', E'C:\\cassa\\turno']),
    'values', jsonb_build_array(pg_temp.pick(n, 133, 500), null, pg_temp.pick(n, 134, 2) = 1))
from span, lateral (select (300 + 30000 * scale)::int) as volume (entries), generate_series(1, entries) as n,
  lateral (select pg_temp.one_of(n, 135, '{login,discount,void,"drawer opened",reprint}'::text[])) as what (action);

-- A fixed number, as any other would differ between two builds. Roles that back up must be able to read it,
-- and pg_read_all_data does not cover large objects.
do $$
begin
  perform lo_from_bytea(1987, convert_to('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 12">'
    || (select string_agg(format('<circle cx="%s" cy="%s" r=".4"/>', plan_position[0], plan_position[1]),
          '' order by table_id) from dining_tables) || '</svg>', 'UTF8')
    || encrypt(decode(repeat('00', 60000), 'hex'), digest('floor plan', 'sha256'), 'aes'));
end $$;
comment on large object 1987 is 'Floor plan';
grant select on large object 1987 to public;
insert into house_documents (title, content) values ('Piantina della sala', 1987);

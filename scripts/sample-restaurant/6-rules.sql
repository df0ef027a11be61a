-- What holds the rows together: keys, indexes, triggers, views, rights, and sequences beyond the last row.

alter table orders
  add foreign key (table_id) references dining_tables,
  add foreign key (waiter_id) references staff,
  add foreign key (customer_id) references customers on delete set null;
alter table order_lines
  add foreign key (order_id, opened_on) references orders on delete cascade,
  add foreign key (dish_id) references dishes;
alter table payments
  add foreign key (order_id, opened_on) references orders deferrable initially immediate;
alter table receipts
  add foreign key (order_id, opened_on) references orders;
alter table office.stock_movements add foreign key (ingredient_id) references office.ingredients;
alter table office.audit_log add foreign key (actor_id) references staff;

create index orders_opened_at on orders using brin (opened_at);
create index orders_open on orders (table_id) where status = 'open';
create index orders_customer on orders (customer_id) where customer_id is not null;
create index order_lines_order on order_lines (order_id) include (dish_id, quantity);
create index payments_order on payments (order_id);
create index customers_full_name_trgm on customers using gin (full_name gin_trgm_ops);
create index customers_lower_name on customers (lower(full_name));
create index dishes_search on dishes using gin (search);
create index stock_movements_ingredient on office.stock_movements (ingredient_id, moved_at);
create index audit_log_detail on office.audit_log using gin (detail jsonb_path_ops);
create statistics orders_channel_status (dependencies) on channel, status from orders;

create function keep_order_total() returns trigger language plpgsql as $$
begin
  update orders set total = (select coalesce(sum(amount), 0) from order_lines where order_id = orders.order_id)
  where order_id in (new.order_id, old.order_id);
  return null;
end $$;
comment on function keep_order_total() is 'An order''s total is the sum of its lines';
create trigger keep_order_total after insert or update or delete on order_lines
  for each row execute function keep_order_total();

create function office.log_price_change() returns trigger language plpgsql as $$
begin
  insert into office.audit_log (action, detail)
  values ('price', jsonb_build_object('dish', new.name, 'from', old.price, 'to', new.price));
  return new;
end $$;
create trigger log_price_change before update of price on dishes
  for each row when (new.price is distinct from old.price) execute function office.log_price_change();

create view menu_card as
select c.name as category, d.name as dish, d.price, array_to_string(d.allergens, ', ') as allergens
from dishes d join menu_categories c using (category_id)
order by c.position, d.dish_id;
comment on view menu_card is 'The menu as it is printed';

create materialized view office.daily_sales as
select opened_on, channel, count(*) as orders, sum(guests) as guests, sum(total) as turnover
from orders where status = 'paid' group by opened_on, channel
with data;
create unique index daily_sales_day on office.daily_sales (opened_on, channel);

grant usage on schema public to trattoria_waiter;
grant select on dishes, menu_categories, modifiers, dish_modifiers, dining_tables, staff, menu_card
  to trattoria_waiter;
grant select, insert, update on orders, order_lines, payments, reservations to trattoria_waiter;
grant select (customer_id, full_name, phone, avoids) on customers to trattoria_waiter;
alter default privileges in schema office grant select on tables to trattoria_waiter;

-- The rows brought their own numbers, so the sequences still stand at the start. Receipts skipped a block.
select setval('receipt_numbers', (select max(receipt_number) + 1000 from receipts));
do $$
declare counter record; highest bigint;
begin
  for counter in
    select a.attrelid::regclass as owner, a.attname as name
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where a.attidentity <> '' and c.relkind in ('r', 'p') and not c.relispartition
      and c.relnamespace in ('public'::regnamespace, 'office'::regnamespace)
  loop
    execute format('select max(%I) from %s', counter.name, counter.owner) into highest;
    perform setval(pg_get_serial_sequence(counter.owner::text, counter.name), highest);
  end loop;
end $$;

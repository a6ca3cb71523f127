--
-- What a tenant has at hand to look at rows that are not his: functions that
-- tell, fail and are cheap, and an operator of his own.
--
CREATE SCHEMA attack;
CREATE FUNCTION attack.tell(value anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
  $$BEGIN RAISE NOTICE 'seen: %', value; RETURN true; END$$;
CREATE FUNCTION attack.tell_stable(value anyelement) RETURNS boolean LANGUAGE plpgsql STABLE COST 0.0001 AS
  $$BEGIN RAISE NOTICE 'seen: %', value; RETURN true; END$$;
CREATE FUNCTION attack.tell_always(value anyelement) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0001 AS
  $$BEGIN RAISE NOTICE 'seen: %', value; RETURN true; END$$;
CREATE FUNCTION attack.fail(value anyelement) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0001 AS
  $$BEGIN RAISE EXCEPTION 'stopped at %', value USING DETAIL = 'It is ' || coalesce(value::text, 'NULL') || '.', HINT = 'Look.'; END$$;
CREATE FUNCTION attack.fail_at(value anyelement, wanted anyelement) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0001 AS
  $$BEGIN IF value = wanted THEN RAISE EXCEPTION 'there is %', value; END IF; RETURN true; END$$;
CREATE FUNCTION attack.ratio(value integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1 / $1';
CREATE FUNCTION attack.number(value text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::integer';
CREATE FUNCTION attack.tells_less(a text, b text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0001 AS
  $$BEGIN RAISE NOTICE 'seen: % %', a, b; RETURN a < b; END$$;
CREATE OPERATOR attack.<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = attack.tells_less, RESTRICT = scalarltsel);
CREATE FUNCTION attack.tells_less(a integer, b integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0001 AS
  $$BEGIN RAISE NOTICE 'seen: % %', a, b; RETURN a < b; END$$;
CREATE OPERATOR attack.<<< (LEFTARG = integer, RIGHTARG = integer, FUNCTION = attack.tells_less, RESTRICT = scalarltsel);
-- all that an error says
CREATE FUNCTION attack.caught(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text;
  detail text;
  hint text;
  context text;
  named text;
  n bigint;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n || ' rows';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
    context = PG_EXCEPTION_CONTEXT, named = CONSTRAINT_NAME;
  RETURN concat_ws(' | ', SQLSTATE, message, detail, hint, context, named);
END $$;
CREATE FUNCTION attack.each(query text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  one record;
BEGIN
  FOR one IN EXECUTE query LOOP
    RAISE NOTICE 'row: %', one;
  END LOOP;
END $$;
-- what is stored, in an order
CREATE FUNCTION attack.items(table_name text) RETURNS SETOF jsonb LANGUAGE sql AS $$
  SELECT sorted_sets(item) FROM jsonb_array_elements(dyn_request('dynamo', 'Scan', jsonb_build_object('TableName', table_name, 'ConsistentRead', true)) -> 'Items') item
   ORDER BY item ->> 'k', item ->> 'tenant', item::text $$;

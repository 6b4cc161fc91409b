"""Values that fell into the default partition end with their age too, a hundred thousand at a time."""

from django.db import migrations

DROP = """
CREATE OR REPLACE FUNCTION retainer_drop_sample_partitions(before date) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE part text; dropped integer := 0;
BEGIN
    FOR part IN SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE i.inhparent = 'public.monitoring_sample'::regclass AND c.relname ~ '^monitoring_sample_[0-9]{{8}}$'
        AND to_date(right(c.relname, 8), 'YYYYMMDD') < before
    LOOP
        EXECUTE format('DROP TABLE public.%I', part);
        dropped := dropped + 1;
    END LOOP;{stray}
    RETURN dropped;
END $$
"""
STRAY = """
    DELETE FROM public.monitoring_sample_default WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM public.monitoring_sample_default
        WHERE slot < before::text::timestamp AT TIME ZONE 'UTC' LIMIT 100000));"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0010_long_intervals")]

    operations = [migrations.RunSQL(DROP.format(stray=STRAY), DROP.format(stray=""))]

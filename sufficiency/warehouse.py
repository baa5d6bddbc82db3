"""The warehouse: a run's tables in SQL, with views for the questions asked most.

SQLite by default, as a file written aside and then replaced; any other database by its SQLAlchemy
URL, in one transaction. The same tables give the same SQLite file, byte for byte. Shapes and the
simulated paths are left out; the table `about` says so.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import event

from sufficiency.data_dictionary import data_dictionary
from sufficiency.terms import table as terms_table
from sufficiency.warehouse_views import VIEWS, View

NOTICE = "RESTRICTED: not for publication"
LEFT_OUT = {
    "paths": "Every simulated future: millions of rows. See the Parquet file; path_totals and "
    "demand are its summaries."
}
TERMS = ("needs", "need_groups", "settings", "provisions", "phases")
BATCH = 50_000


def write_warehouse(
    url_or_path: str | Path, tables: Mapping[str, pd.DataFrame], schema: str | None = None
) -> None:
    """Write tables, the data dictionary, the terms and the views, replacing what was there.

    Args:
        url_or_path: Path of the SQLite file, or a SQLAlchemy URL such as
            `postgresql+psycopg://user@host/name`.
        tables: Table name to frame. Shape columns are left out, and so is `paths`.
        schema: Schema to write in, made if absent; not used for a SQLite file.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database refused; the message never holds a row.
    """
    frames = _everything(tables)
    if isinstance(url_or_path, str) and "://" in url_or_path:
        engine = sa.create_engine(url_or_path, hide_parameters=True)
        _write(engine, frames, schema)
        return
    path = Path(url_or_path)
    aside = path.with_name(path.name + ".part")
    aside.unlink(missing_ok=True)
    try:
        _write(_sqlite(aside), frames, None)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _everything(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    kept = {name: _plain(frame) for name, frame in tables.items() if name not in LEFT_OUT}
    terms = {f"term_{name}": terms_table(name) for name in TERMS}
    about = [("notice", NOTICE), ("years", "A year is the January census year: 2027 is 2026/27.")]
    about += [(f"left out: {name}", why) for name, why in LEFT_OUT.items() if name in tables]
    there = kept.keys() | terms.keys()
    about += [(f"view: {v.name}", v.question) for v in VIEWS if v.tables <= there]
    return {
        "about": pd.DataFrame(about, columns=["item", "text"], dtype="str"),
        "data_dictionary": data_dictionary(kept),
        **kept,
        **terms,
    }


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    shapes = [c for c in frame.columns if str(frame[c].dtype) == "geometry"]
    return pd.DataFrame(frame.drop(columns=shapes))


def _sqlite(path: Path) -> sa.Engine:
    """Return an engine on a new file that is thrown away if the write fails, so no journal."""
    engine = sa.create_engine(f"sqlite:///{path.as_posix()}", hide_parameters=True)

    def prepare(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = OFF")
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.close()

    event.listen(engine, "connect", prepare)
    return engine


def _write(engine: sa.Engine, frames: Mapping[str, pd.DataFrame], schema: str | None) -> None:
    metadata = sa.MetaData(schema=schema)
    made = {name: _table(name, frame, metadata) for name, frame in frames.items()}
    views = [view for view in VIEWS if view.tables <= frames.keys()]
    try:
        with engine.begin() as connection:
            if schema:
                connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
            _drop_views(connection, schema)
            metadata.drop_all(connection)
            metadata.create_all(connection)
            for name, frame in frames.items():
                _fill(connection, made[name], frame)
            for view in views:
                connection.exec_driver_sql(_view_sql(connection, view, made, schema))
    finally:
        engine.dispose()


def _drop_views(connection: sa.Connection, schema: str | None) -> None:
    present = sa.inspect(connection).get_view_names(schema)
    quoted = connection.dialect.identifier_preparer
    for view in VIEWS:
        if view.name in present:
            connection.exec_driver_sql(f"DROP VIEW {_named(quoted, view.name, schema)}")


def _named(quoted: sa.sql.compiler.IdentifierPreparer, name: str, schema: str | None) -> str:
    return f"{quoted.quote(schema)}.{quoted.quote(name)}" if schema else quoted.quote(name)


def _view_sql(
    connection: sa.Connection, view: View, made: Mapping[str, sa.Table], schema: str | None
) -> str:
    question = view.select(made).compile(
        dialect=connection.dialect, compile_kwargs={"literal_binds": True}
    )
    name = _named(connection.dialect.identifier_preparer, view.name, schema)
    return f"CREATE VIEW {name} AS {question}"


def _table(name: str, frame: pd.DataFrame, metadata: sa.MetaData) -> sa.Table:
    columns = [sa.Column(str(c), _sql_type(frame[c])) for c in frame.columns]
    return sa.Table(name, metadata, *columns)


def _sql_type(column: pd.Series) -> sa.types.TypeEngine:
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind):
        return sa.Boolean()
    if pd.api.types.is_integer_dtype(kind):
        return sa.BigInteger()
    if pd.api.types.is_float_dtype(kind):
        return sa.Double()
    if pd.api.types.is_datetime64_any_dtype(kind):
        return sa.DateTime()
    return sa.Text()


def _fill(connection: sa.Connection, made: sa.Table, frame: pd.DataFrame) -> None:
    """Insert in batches through the driver's own executemany, four times faster than row dicts."""
    statement = made.insert().compile(dialect=connection.dialect)
    names = statement.positiontup or list(frame.columns)
    for start in range(0, len(frame), BATCH):
        part = frame.iloc[start : start + BATCH]
        columns = [_python_values(part[name]) for name in names]
        rows = list(zip(*columns, strict=True))
        if statement.positional:
            connection.exec_driver_sql(str(statement), rows)
        else:
            connection.execute(made.insert(), [dict(zip(names, r, strict=True)) for r in rows])


def _python_values(column: pd.Series) -> list[object]:
    return column.astype(object).where(column.notna(), None).tolist()

#
# odbc_cursor
#		Packages: unixodbc odbc-postgresql
#
# A keyset cursor that deletes and updates the row it stands on, which the
# driver does by "ctid", and isql.  There is no module of Python for that, so
# the functions of ODBC are called as they are.
#
import ctypes
import os
import subprocess

from steps import saw

odbc = ctypes.CDLL('libodbc.so.2')
NTS = -3
HANDLE_ENV, HANDLE_DBC, HANDLE_STMT = 1, 2, 3
ATTR_ODBC_VERSION, ATTR_CURSOR_TYPE, ATTR_CONCURRENCY = 200, 6, 7
CURSOR_KEYSET_DRIVEN, CONCUR_ROWVER = 1, 3
FETCH_NEXT = 1
UPDATE, DELETE = 2, 3
C_CHAR, C_SLONG = 1, -16
CONNECTION = 'Driver={PostgreSQL Unicode};Servername=%s;Port=%s;Database=%s;Uid=%s' % (
    os.environ['PGHOST'], os.environ['PGPORT'], os.environ['PGDATABASE'], os.environ['PGUSER'])


def number(value):
    return ctypes.c_void_p(value)


def allocated(kind, parent):
    handle = ctypes.c_void_p()
    assert odbc.SQLAllocHandle(kind, parent, ctypes.byref(handle)) == 0
    return handle


def diagnosis(handle):
    state = ctypes.create_string_buffer(6)
    text = ctypes.create_string_buffer(512)
    odbc.SQLGetDiagRec(HANDLE_STMT, handle, 1, state, None, text, 512, None)
    return state.value.decode() + ' ' + text.value.decode().split('\n')[0]


def connect(settings=''):
    environment = allocated(HANDLE_ENV, None)
    odbc.SQLSetEnvAttr(environment, ATTR_ODBC_VERSION, number(3), 0)
    conn = allocated(HANDLE_DBC, environment)
    assert odbc.SQLDriverConnect(conn, None, (CONNECTION + settings).encode(), NTS, None, 0, None, 0) in (0, 1)
    return conn


def execute(conn, statement, cursor=False):
    handle = allocated(HANDLE_STMT, conn)
    if cursor:
        odbc.SQLSetStmtAttr(handle, ATTR_CURSOR_TYPE, number(CURSOR_KEYSET_DRIVEN), 0)
        odbc.SQLSetStmtAttr(handle, ATTR_CONCURRENCY, number(CONCUR_ROWVER), 0)
    return handle, odbc.SQLExecDirect(handle, statement.encode(), NTS)


def value(conn, statement):
    handle, status = execute(conn, statement)
    assert status == 0, diagnosis(handle)
    text = ctypes.create_string_buffer(100)
    odbc.SQLFetch(handle)
    odbc.SQLGetData(handle, 1, C_CHAR, text, 100, None)
    return text.value.decode()


def on_second_row(conn, operation):
    """What becomes of the second row that the cursor stands on."""
    handle, status = execute(conn, 'SELECT no, what FROM entry ORDER BY no', cursor=True)
    if status not in (0, 1):
        return diagnosis(handle)
    what = ctypes.create_string_buffer(b'changed', 100)
    no = ctypes.c_int()
    length = ctypes.c_ssize_t(NTS)
    odbc.SQLBindCol(handle, 1, C_SLONG, ctypes.byref(no), 0, None)
    odbc.SQLBindCol(handle, 2, C_CHAR, what, 100, ctypes.byref(length))
    for _ in range(2):
        if odbc.SQLFetchScroll(handle, FETCH_NEXT, 0) not in (0, 1):
            return diagnosis(handle)
    what.value = b'changed'
    length.value = NTS
    status = odbc.SQLSetPos(handle, 1, operation, 0)
    return 'done' if status in (0, 1) else diagnosis(handle)


conn = connect()
execute(conn, "INSERT INTO entry SELECT 'a', g, 'x' FROM generate_series(1, 5) g")
saw('rows', value(conn, 'SELECT count(*) FROM entry'))
saw('update', on_second_row(conn, UPDATE),
    value(conn, "SELECT string_agg(what, ' ' ORDER BY no) FROM entry"))
saw('delete', on_second_row(conn, DELETE),
    value(conn, "SELECT string_agg(no::text, ' ' ORDER BY no) FROM entry"))

# as the README says: cursors that do not ask for "ctid"
handle, status = execute(connect(';UpdatableCursors=0'),
                         'SELECT no FROM entry ORDER BY no', cursor=True)
rows = 0
while odbc.SQLFetchScroll(handle, FETCH_NEXT, 0) in (0, 1):
    rows += 1
saw('cursor to read', rows > 3)

isql = subprocess.run(
    ['isql', '-b', '-k', '-x0x7c', CONNECTION], text=True, capture_output=True,
    input="INSERT INTO item (id) VALUES ('i')\nUPDATE item SET n = n + 2\n"
          'SELECT id, n FROM item\n').stdout
saw('isql', isql.split())

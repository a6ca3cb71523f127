#
# steps.py
#		What programs of Python print: a line for each thing that a step saw.
#
import datetime
import decimal
import json
import uuid


def plain(value):
    """What JSON has no form for, with its type."""
    if isinstance(value, (bytes, memoryview)):
        return 'bytes ' + bytes(value).hex()
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat()
    if isinstance(value, decimal.Decimal):
        return 'decimal ' + str(value)
    if isinstance(value, uuid.UUID):
        return 'uuid ' + str(value)
    return repr(value)


def saw(step, *values):
    print(step + ': ' + ', '.join(
        json.dumps(value, default=plain, sort_keys=True) for value in values),
        flush=True)


def error_of(error):
    """Class and SQLSTATE, and what else tells where it happened."""
    cause = getattr(error, 'orig', None) or error.__cause__ or error
    diagnostics = getattr(cause, 'diag', None)
    told = [type(error).__name__,
            getattr(cause, 'sqlstate', None) or getattr(cause, 'pgcode', None)]
    for field in ('table_name', 'column_name', 'constraint_name'):
        if getattr(diagnostics, field, None):
            told.append(field[:-5] + ' ' + getattr(diagnostics, field))
    if told[1] == '23505':
        told.append(diagnostics.message_detail)
    if told[1] == '0A000':
        told.append(diagnostics.message_primary)
    return ', '.join(str(word) for word in told)


def tried(step, action):
    """A step that may be an error: either is what it saw."""
    try:
        saw(step, action())
    except Exception as error:
        saw(step, error_of(error))
        return error
    return None

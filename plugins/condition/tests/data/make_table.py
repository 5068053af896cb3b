"""Writes cpython.json: expressions, field values, and the answer CPython gives. Run it with CPython 3.11 on Linux, offline:

    python3 plugins/condition/tests/data/make_table.py > plugins/condition/tests/data/cpython.json

Placeholders become variables that hold the field's typed value; `datetime` and `time` are the real modules with their
clock pinned. The answer is the truth of the expression's value, or "error" for any exception. Each line of `rows` must be
answered alike by gavia-condition. The lines of `differences` are answered otherwise on purpose: `ours` says how, `reason`
why; their `cpython` is asked for here too, so that a difference that vanished is noticed.
"""

import builtins
import datetime as real_datetime
import itertools
import json
import os
import re
import sys
import time as real_time
import types
import warnings

assert sys.version_info[:2] == (3, 11), "the answers are those of CPython 3.11"
warnings.simplefilter("ignore")
os.environ["TZ"] = "UTC-8"  # POSIX counts westward: eight hours east of UTC
real_time.tzset()

NOW_MS = 1_718_461_845_678  # 2024-06-15 22:30:45.678 local
TZ_OFFSET_MIN = 480
NOW = real_datetime.datetime(2024, 6, 15, 22, 30, 45, 678000)
assert NOW.timestamp() * 1000 == NOW_MS


class PinnedDatetime:
    strptime = staticmethod(real_datetime.datetime.strptime)
    strftime = staticmethod(real_datetime.datetime.strftime)
    now = staticmethod(lambda: NOW)
    today = staticmethod(lambda: NOW)

    def __new__(cls, *args, **kwargs):
        return real_datetime.datetime(*args, **kwargs)


class PinnedDate:
    today = staticmethod(NOW.date)

    def __new__(cls, *args, **kwargs):
        return real_datetime.date(*args, **kwargs)


NAMES = {
    "datetime": types.SimpleNamespace(datetime=PinnedDatetime, date=PinnedDate, timedelta=real_datetime.timedelta),
    "time": types.SimpleNamespace(
        time=lambda: NOW_MS / 1000,
        mktime=real_time.mktime,
        strptime=real_time.strptime,
        strftime=lambda form, *given: real_time.strftime(form, *(given or (NOW.timetuple(),))),
    ),
}

# What a stored JSON value is for Python once its declared type is applied (behaviour 4.21).
TYPED = {
    "int": lambda value: int(value) if value != "" else None,
    "float": lambda value: float(value) if value != "" else None,
    "boolean": lambda value: value in (True, 1, "1", "true", "True", "t") if value != "" else None,
    "date": lambda value: value or None,
    "datetime": lambda value: value or None,
}


def typed(kind, value):
    if value is None:
        return None
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return TYPED.get(kind, lambda value: value if isinstance(value, str) else json.dumps(value))(value)


PLACEHOLDER = r"\{([A-Za-z_]\w*)\}"

# The rows know no other function, so that a name outside the table is the same error on both sides. (`strptime` imports.)
BUILTINS = {name: getattr(builtins, name) for name in "__import__ abs all any bool float int len max min round sorted str sum".split()}


def value_of(expression, fields, known=BUILTINS):
    names = {**NAMES, "__builtins__": known}
    for key, (kind, value) in fields.items():
        names["field_" + key] = typed(kind, value)
    return eval(re.sub(PLACEHOLDER, r"(field_\1)", expression), names)


def answer_of(expression, fields, known=BUILTINS):
    try:
        return bool(value_of(expression, fields, known))
    except Exception:
        return "error"


FIELDS = {
    "days": ("int", 5),
    "zero": ("int", 0),
    "minus": ("int", -7),
    "days_text": ("int", "5"),
    "big": ("int", 9007199254740993),
    "price": ("float", 12.5),
    "price_text": ("float", "12.50"),
    "yes": ("boolean", True),
    "no": ("boolean", 0),
    "kind": ("radio", "1"),
    "title": ("str", "Holiday request"),
    "number_text": ("str", "10"),
    "empty_text": ("text", ""),
    "choices": ("multi-select", ["a", "b", "c"]),
    "people": ("multi-username", "zhangsan,lisi,wangwu"),
    "user": ("username", "zhangsan"),
    "file": ("file", "/tmp/a.pdf,/tmp/b.PDF"),
    "start": ("datetime", "2024-06-10 09:00:00"),
    "end": ("datetime", "2024-06-14 18:30:00"),
    "start_fraction": ("datetime", "2024-06-10 09:00:00.250000"),
    "day": ("date", "2024-02-29"),
    "none_int": ("int", None),
    "none_text": ("str", None),
    "none_date": ("date", None),
    "cleared_int": ("int", ""),
    "cleared_date": ("datetime", ""),
    "chinese": ("select", "请假"),
    "quote": ("text", "it's \"quoted\" '''thrice'''"),
    "code": ("text", "__import__('os').system('true')"),
    "backslash": ("text", "a\\nb"),
    "braces": ("text", "{days} {{x}} }"),
    "wide_digits": ("str", "１２"),
}

rows = []
differences = []


def used(expression):
    return {key: FIELDS[key] for key in dict.fromkeys(re.findall(PLACEHOLDER, expression)) if key in FIELDS}


def ask(*expressions):
    for expression in expressions:
        fields = used(expression)
        rows.append({"expression": expression, "fields": fields, "answer": answer_of(expression, fields)})


def show(*expressions):
    """Compares the text of the value, so that type and spelling count, not only truth."""
    for expression in expressions:
        fields = used(expression)
        try:
            text = str(value_of(expression, fields))
        except Exception:
            ask(expression)
            continue
        assert "{" not in text and "}" not in text, expression
        ask(f"str({expression}) == {text!r}")


def differ(reason, ours, *expressions):
    for expression in expressions:
        fields = used(expression)
        answer = answer_of(expression, fields, builtins.__dict__)
        assert answer != ours, f"no difference any more: {expression}"
        differences.append({"expression": expression, "fields": fields, "cpython": answer, "ours": ours, "reason": reason})


# ---- what workflows really ask
ask(
    "{days} > 3 and {days}<10",
    "{days}>3",
    "{days} <= 3",
    "{days} == 5",
    "{days_text} == 5",
    "{days_text} > 3 and {days_text} < 10",
    "{kind} == '1'",
    "{kind} == 1",
    "{kind} != '1'",
    "{kind} in ('1', '2')",
    "{kind} in ['2', '3']",
    "{kind} not in ('2', '3')",
    "'a' in {choices}",
    "'a' in {choices}.split(',')",
    "'z' in {choices}.split(',')",
    "'lisi' in {people}",
    "'lisi' in {people}.split(',')",
    "'lis' in {people}.split(',')",
    "len({people}.split(',')) >= 3",
    "{people}.split(',')[0] == {user}",
    "{user} == 'zhangsan' or {days} > 100",
    "{user} == 'zhangsan' and {days} > 100",
    "not {yes}",
    "{yes}",
    "{no}",
    "{yes} == True",
    "{yes} is True",
    "{no} is False",
    "{yes} == 1",
    "{price} >= 12.5",
    "{price_text} == 12.5",
    "{price} * 2 == 25",
    "{none_int} is None",
    "{none_int} is not None and {none_int} > 3",
    "{none_int} == None",
    "{none_int} > 3",
    "{none_int} < {days}",
    "3 < {none_int}",
    "{none_int} == 3",
    "{none_int} or {days} > 3",
    "{none_text} == ''",
    "{cleared_int} is None",
    "{cleared_int} >= 0",
    "{cleared_date} is None",
    "{none_date} > '2024-01-01'",
    "{empty_text} == ''",
    "not {empty_text}",
    "{day} > '2024-01-01'",
    "{day} == '2024-02-29'",
    "{start} < {end}",
    "{start} < '2024-06-11'",
    "datetime.datetime.strptime({end}, '%Y-%m-%d %H:%M:%S') > datetime.datetime.now()",
    "datetime.datetime.strptime({end}, '%Y-%m-%d %H:%M:%S') < datetime.datetime.now()",
    "datetime.datetime.strptime({end}, '%Y-%m-%d %H:%M:%S') - datetime.datetime.strptime({start}, '%Y-%m-%d %H:%M:%S') > datetime.timedelta(days=3)",
    "(datetime.datetime.strptime({end}, '%Y-%m-%d %H:%M:%S') - datetime.datetime.strptime({start}, '%Y-%m-%d %H:%M:%S')).days >= 3",
    "(datetime.datetime.strptime({end}, '%Y-%m-%d %H:%M:%S') - datetime.datetime.strptime({start}, '%Y-%m-%d %H:%M:%S')).total_seconds() == 379800",
    "(datetime.datetime.strptime({end}, '%Y-%m-%d %H:%M:%S') - datetime.datetime.strptime({start}, '%Y-%m-%d %H:%M:%S')).seconds / 3600 == 9.5",
    "datetime.datetime.strptime({day}, '%Y-%m-%d').date() == datetime.date.today()",
    "datetime.datetime.strptime({day}, '%Y-%m-%d').weekday() in (5, 6)",
    "datetime.datetime.now().weekday() in (5, 6)",
    "datetime.datetime.now().strftime('%Y-%m-%d') == '2024-06-15'",
    "datetime.datetime.strptime({none_date}, '%Y-%m-%d').year == 2024",
    "datetime.datetime.strptime({start_fraction}, '%Y-%m-%d %H:%M:%S')",
    "datetime.datetime.strptime({start_fraction}, '%Y-%m-%d %H:%M:%S.%f').microsecond == 250000",
    "time.mktime(time.strptime({end}, '%Y-%m-%d %H:%M:%S')) - time.mktime(time.strptime({start}, '%Y-%m-%d %H:%M:%S')) > 86400 * 3",
    "time.time() > time.mktime(time.strptime({start}, '%Y-%m-%d %H:%M:%S'))",
    "{title}.lower().startswith('holiday')",
    "{title}.upper() == 'HOLIDAY REQUEST'",
    "'day' in {title}",
    "{title}[:7] == 'Holiday'",
    "{title}[0] == 'H' and {title}[-1] == 't'",
    "int({number_text}) > 9",
    "{number_text} > 9",
    "{number_text} > '9'",
    "int({number_text}) + {days} == 15",
    "str({days}) + {number_text} == '510'",
    "{days} + {number_text}",
    "'no' if {days} > 3 else ''",
    "'' if {days} > 3 else 'no'",
    "({days} if {days} > {zero} else {zero}) == 5",
    "{days} > {zero} > {minus}",
    "{minus} < {zero} < {days} <= 5 != 6",
    "1 < {days} < 3",
    "({days} > 3) == True",
    "{days} > 3 == True",
    "{chinese} == '请假'",
    "{chinese} in ('请假', '加班')",
    "len({chinese}) == 2",
    "'假' in {chinese}",
    "{chinese} == '\\u8bf7\\u5047'",
    "{file}.endswith('.pdf')",
    "{file}.lower().endswith('.pdf')",
    "all([{days} > 3, {yes}])",
    "any([{days} > 30, {no}])",
    "sum([{days}, {days_text}, {zero}]) == 10",
    "max({days}, {minus}) - min({days}, {minus}) == 12",
    "{unknown} == 1",
    "True or {unknown}",
    "False and {unknown}",
    "{unknown} if False else 1",
    "{big} == 9007199254740993",
    "{big} == 9007199254740992.0",
    "{big} > 9007199254740992.0",
    "int({wide_digits}) == 12",
    "{wide_digits}.isdigit()",
)

# ---- values are never syntax
ask(
    "{quote} == 'it\\'s \"quoted\" \\'\\'\\'thrice\\'\\'\\''",
    "{code} == \"__import__('os').system('true')\"",
    "'import' in {code}",
    "{backslash} == 'a\\\\nb'",
    "len({backslash}) == 4",
    "{braces}[0] == chr(123)",
    "{braces} == {braces}",
    "{quote} == {code}",
    "len({braces}) == 14",
)

# ---- literals
show(
    "0", "7", "007", "00", "1_000", "1__0", "1_", "_1", "0x1F", "0X_ff", "0x", "0xg", "0o17", "0o8", "0b101", "0b2", "1.", ".5", "1.5", "1_0.0_1",
    "1e3", "1E-2", "1e+2", "1e", "1e400", "-1e400", "1.5e-7", "01.5", "00.5", "09", "1.2.3", "1 2", "9223372036854775807", "-9223372036854775807",
    "123456789.123456789", "0.1", "1e15", "1e16", "123456789012345680.0", "1e22", "1e23", "0.0001", "0.00001", "1.0", "100000.0", "5e-324",
    "1.7976931348623157e308", "2.2250738585072014e-308", "-0.0", "0.30000000000000004", "1e100", "12345678901234567890.0",
    "True", "False", "None", "true", "NULL", "''", "\"\"", "''''''", "'a'", "\"a'b\"", "'a\"b'", "'''a'b'''", "\"\"\"a\"b\"\"\"", "'a' 'b'", "'a'\"b\" 'c'",
    "'''a\nb'''", "'\\n\\t\\\\\\''", "'\\x41\\u0042\\U00000043'", "'\\101\\60'", "'\\0'", "'\\d'", "'\\q\\%'", "'a\\\nb'", "'\\x4'", "'\\u12'", "'\\x'",
    "'\\U00110000'", "'abc", "'a\nb'", "\"abc'", "'''abc''", "'\\", "'\\'", "'é'", "'😀'", "len('😀')", "'\\a\\b\\f\\v\\r' == '\\x07\\x08\\x0c\\x0b\\x0d'",
    "[]", "()", "[1]", "(1,)", "(1)", "[1, 2, ]", "(1, 2, )", "[,]", "(,)", "[1,,2]", "[1 2]", "[1, [2, (3, 'x')]]", "(1, 2", "[1, 2", "(1, 2]", "1)", "]",
    "[None, True, 1.0, 'a']", "['it\\'s', \"a\\\"b\", 'a\\'\"b', '\\n\\t\\r\\\\']", "['\\x00\\x7f\\xa0\\xad\\u200b\\u2028']", "['请假', 'é']", "[(), []]",
    "[-0.0, 1e20]", "[[1] * 2] * 2", "['\\ufeff\\ue000\\U0001f600']",
)

# ---- operators, exhaustively over kinds
OPERANDS = ["7", "-3", "0", "2.5", "-0.5", "True", "'ab'", "'7'", "None", "[1, 2]", "(1, 2)", "datetime.timedelta(hours=36)"]
for left, right in itertools.product(OPERANDS, OPERANDS):
    show(*(f"{left} {sign} {right}" if not left.startswith("-") or sign != "**" else f"({left}) {sign} {right}" for sign in ["+", "-", "*"]))
for left, right in itertools.product(OPERANDS[:7] + OPERANDS[11:], OPERANDS[:6] + OPERANDS[8:9] + OPERANDS[11:]):
    if not left.startswith("'"):
        show(*(f"({left}) {sign} {right}" for sign in ["/", "//", "%"]))
for left, right in itertools.product(OPERANDS, OPERANDS):
    ask(f"{left} < {right}", f"{left} >= {right}", f"{left} == {right}")
for left, right in itertools.product(["2", "-2", "0", "2.5", "True", "'a'", "None"], ["3", "-1", "0", "0.0", "2.0", "-2.0", "False", "[1]"]):
    show(f"({left}) ** {right}")
for value in OPERANDS + ["''", "()", "[]", "0.0", "-0.0", "[0]", "'False'", "datetime.timedelta(0)", "datetime.date(1, 1, 1)", "float('nan')", "float('-inf')"]:
    show(f"bool({value})", f"not {value}", f"-({value})", f"+({value})", f"({value}) or 'x'", f"({value}) and 'x'")

# ---- precedence and grouping
show(
    "2 + 3 * 4", "(2 + 3) * 4", "2 * 3 % 4", "7 // 2 * 2", "2 ** 3 ** 2", "(2 ** 3) ** 2", "-2 ** 2", "(-2) ** 2", "2 ** -1", "2 ** - - 1", "--1", "-+-1", "- -1",
    "not 1 == 2", "not not 1", "not 1 or 1", "not (1 or 1)", "1 or 0 and 0", "(1 or 0) and 0", "1 == 1 == 1", "1 == (1 == 1)", "3 > 2 > 1", "3 > 2 > 2", "(3 > 2) > 1",
    "1 < 2 == 2", "1 if 0 else 2 if 0 else 3", "(1 if 0 else 2) if 1 else 3", "1 if 1 else 2 + 5", "1 + 1 if 0 else 5", "0 or 1 if 1 else 2", "1 if 0 or 1 else 2",
    "1 == not 1", "- not 1", "1 + not 1", "not", "1 not 2", "1 not in [2]", "not 1 in [2]", "not (1 in [2])", "1 in [2] == False", "1 in [1] in [[1]]", "1 is not None",
    "1 if 1", "1 else 2", "if 1 else 2", "1 +", "* 2", "1 ** ", "1 = 1", "1 === 1", "1 <> 2", "1 && 2", "1 || 2", "!1", "1 ! 2", "1 and", "and 1", "or", "1 and or 2",
    "1 < > 2", "()()", "(1)(2)", "1()", "'a'()", "[1][0]()", "None()", "", "   ", "\t1", " 1 ", "1\n", "(1\n+ 2)", "1 - - 1", "1-1", "1 -1", "5 - 3 - 1", "16 / 4 / 2",
    "2 * -3", "2 - -3", "-3 * -3", "+3", "++3", "7 % 3 * 2", "1and 2", "1or 2", "1if 1else 2", "0xfor 1", "1in[1]", "not(1)", "1 <2<3", "'a'in'abc'", "'a'if 1else'b'",
    "1 < 2 and 2 < 3 or 1/0", "0 and 1/0", "1 or 1/0", "1/0 or 1", "2 > 1 > 0 > 1/0", "1 > 2 > 1/0", "1 if True else 1/0", "1/0 if False else 2", "[1/0]", "1 == 1 and 'yes'",
    "None or 0 or '' or [] or 'last'", "1 and 'a' and [1] and 'end'", "0 or None", "'' and 1", "[] or ()", "None is None", "None is not None", "1 is None", "None == None",
    "True is True", "True is False", "(1 == 1) is True", "1 is not True", "False is not True", "'' is None", "None is not True", "[] is not None",
)

# ---- numbers
show(
    "7 // 2", "-7 // 2", "7 // -2", "-7 // -2", "7 % 3", "-7 % 3", "7 % -3", "-7 % -3", "7.5 // 2", "-7.5 // 2", "7.5 % 2", "-7.5 % 2", "7.5 % -2", "-7.5 % -2", "6.0 % 3",
    "-6.0 % 3", "6.0 % -3", "0 // 5", "0.0 // -5", "1e300 // 1e-10", "0.3 // 0.1", "0.3 % 0.1", "1.0 // 0.1", "1 / 3", "2 / 1", "7 / 2", "-1 / 2", "1 / 0", "1 // 0", "1 % 0", "1.0 / 0",
    "1.0 // 0", "1.0 % 0", "0 / 0", "1 / 0.0", "9007199254740993 / 1", "9223372036854775807 / 3", "9223372036854775807 / 9223372036854775806", "1 / 9223372036854775807",
    "9007199254740993 / 9007199254740995", "-9223372036854775807 / 7", "9223372036854775807 / -1000000007", "9223372036854775807 + 0.0", "9223372036854775807 * 1.0", "9223372036854775807 // 2",
    "-9223372036854775807 // 2", "9223372036854775807 % 10", "-9223372036854775807 % 10", "-9223372036854775807 - 1", "3 * 0.1", "0.1 + 0.2", "1e308 * 10", "-1e308 * 10", "1e308 + 1e308",
    "2 ** 10", "2 ** 62", "(-2) ** 63", "2 ** 0.5", "4 ** 0.5", "2.0 ** 3", "0 ** 0", "0.0 ** 0", "0 ** 5", "0 ** -1", "0.0 ** -1", "0.0 ** -0.5", "(-8.0) ** 3", "(-2.0) ** -3", "1e200 ** 2", "10.0 ** 400",
    "2.0 ** -2000", "1 ** 1000", "(-1) ** 1000", "(-1) ** 1001", "0 ** 1000", "True + True", "True * 3", "-True", "True / 2", "True // 2", "True % 2", "True ** 2", "False ** 0", "True - 0.5",
    "1 == 1.0", "1 < 1.5", "2 > 1.5", "True == 1", "True == 1.0", "False == 0", "True < 2", "'1' == 1", "1 != '1'", "None == 0", "None == False", "None == ''", "None != None", "[] == ()", "[1] == [1.0]",
    "(1,) == (True,)", "9007199254740993 == 9007199254740993.0", "9007199254740993 > 9007199254740992.0", "9007199254740992 < 9007199254740993.0", "9223372036854775807 < 9223372036854775808.0",
    "-9223372036854775807 > -1e30", "9223372036854775807 < float('inf')", "-9223372036854775807 > float('-inf')", "1 < float('nan')", "1 == float('nan')", "1 != float('nan')", "float('nan') == float('nan')",
    "float('nan') != float('nan')", "float('nan') < 1", "float('inf') == float('inf')", "float('inf') > 1e308", "float('inf') - float('inf')", "float('inf') * 0", "float('inf') + 1", "1 / float('inf')",
    "-1 / float('inf')", "float('inf') // 2", "float('inf') % 2", "5 % float('inf')", "-5 % float('inf')", "5 // float('inf')", "-5 // float('inf')", "float('inf') ** 2", "float('inf') ** 0",
    "float('-inf') ** 3", "float('-inf') ** 2", "2 ** float('inf')", "0.5 ** float('inf')", "1 ** float('nan')", "float('nan') ** 0", "(-1) ** float('inf')", "float('nan') + 1", "0.0 == -0.0", "-0.0 + 0", "-0.0 - 0.0",
    "0 * -1.0", "3 < 'a'", "'a' < 3", "None < 1", "None < None", "None <= None", "[] < None", "1 < [1]", "(1,) < [1]", "True < 'a'", "'b' > 'a' > 1",
)

# ---- calls
show(
    "abs(-3)", "abs(3)", "abs(-2.5)", "abs(-0.0)", "abs(True)", "abs('a')", "abs(None)", "abs()", "abs(1, 2)", "abs(x=1)", "abs(float('-inf'))", "abs(datetime.timedelta(days=-1))",
    "int()", "int(3)", "int(3.9)", "int(-3.9)", "int(True)", "int('12')", "int('  12 ')", "int('\\n12\\t')", "int('+5')", "int('-5')", "int('- 5')", "int('--5')", "int('1_000')", "int('1__0')", "int('_1')", "int('1_')",
    "int('007')", "int('-0')", "int('')", "int(' ')", "int('1.0')", "int('1e3')", "int('0x10')", "int('a')", "int('１２')", "int('٣')", "int('²')", "int('1 2')", "int(None)", "int([])", "int([1])", "int(float('inf'))",
    "int(float('nan'))", "int('9223372036854775807')", "int('-9223372036854775808')", "int(1e18)", "int(-1e18)", "int(0.99999999999999999)", "int(datetime.timedelta(1))", "int(1, 2, 3)",
    "float()", "float(3)", "float('3')", "float(' 3.5 ')", "float('1e3')", "float('1E3')", "float('.5')", "float('5.')", "float('.')", "float('e5')", "float('1e')", "float('inf')", "float('Infinity')", "float('-INF')",
    "float('infinit')", "float('nan')", "float('+nan')", "float('-nan')", "float('1_000.5')", "float('1_.5')", "float('1._5')", "float('_1.0')", "float('1e1_0')", "float('')", "float('a')", "float('1,5')", "float('0x1')",
    "float('１.５')", "float(True)", "float(None)", "float([])", "float(9223372036854775807)", "float('1e400')", "float('1e-400')", "float('179769313486231580793728971405301')", "float('+1.5')", "float('--1')", "float('1 ')",
    "str()", "str(1)", "str(1.0)", "str(-0.5)", "str(True)", "str(None)", "str('a')", "str('it\\'s')", "str([1, 'a'])", "str(('a',))", "str(1, 2, 3, 4)", "str(1e16)", "str(1e-5)", "str(123456.789)", "str(float('nan'))",
    "str(-float('inf'))", "str(2 ** 53 * 1.0)", "str(1 / 3)", "str(100 * 1.1)", "str(1e21)", "str(1.5e300)",
    "bool()", "bool(0)", "bool('0')", "bool('False')", "bool('')", "bool([])", "bool([0])", "bool(None)", "bool(0.0)", "bool(1, 2)",
    "len('')", "len('abc')", "len('请假')", "len([])", "len([1, 2])", "len((1,))", "len(5)", "len(None)", "len()", "len([], [])", "len(True)", "len(1.5)",
    "min(1, 2)", "max(1, 2)", "min([3, 1, 2])", "max((3, 1, 2))", "min('bca')", "max('bca')", "max(1, 2.5, True)", "max(1, True)", "max(True, 1)", "min(1, 1.0)", "min(1.0, 1)", "max([1, 1.0])", "min('b', 'a')",
    "min(1, 'a')", "max(None, 1)", "min()", "max([])", "max('')", "min(5)", "max([], default=3)", "min([2], default=3)", "max(1, 2, default=3)", "max([1], key=1)", "max([[1, 2], [1, 3]])", "min((1, 'a'), (1, 'b'))",
    "max(float('nan'), 1)", "max(1, float('nan'))", "min([None])", "max([[]])", "max('a', 'B')", "min(-0.0, 0)", "max(0, -0.0)",
    "sum([])", "sum([1, 2, 3])", "sum((1, 2.5))", "sum([0.1] * 10)", "sum([True, True])", "sum('12')", "sum(['a'])", "sum([1, 'a'])", "sum([1], 10)", "sum([1], start=10)", "sum([[1], [2]], [])", "sum([[1]], ())",
    "sum([(1,)], ())", "sum(['a'], '')", "sum(5)", "sum()", "sum([1], 2, 3)", "sum([None])", "sum([datetime.timedelta(1)], datetime.timedelta(0))", "sum([datetime.timedelta(1)])", "sum([], None)", "sum([1.5], None)",
    "round(2.5)", "round(3.5)", "round(-2.5)", "round(0.5)", "round(-0.5)", "round(1.5)", "round(2.675, 2)", "round(2.5, 0)", "round(3.5, 0)", "round(-0.4, 0)", "round(1234.5678, 2)", "round(1234.5678, -2)", "round(1250.0, -2)",
    "round(1350.0, -2)", "round(1250.1, -2)", "round(99.9, -2)", "round(49.9, -2)", "round(50.0, -2)", "round(150.0, -2)", "round(9999.5, -3)", "round(5)", "round(15, -1)", "round(25, -1)", "round(-15, -1)", "round(-25, -1)",
    "round(14, -1)", "round(16, -1)", "round(5, 3)", "round(5, -1)", "round(6, -1)", "round(9, -5)", "round(True)", "round(True, -1)", "round('1')", "round(None)", "round()", "round(1, 2, 3)", "round(1.5, None)", "round(1.5, 1.0)",
    "round(1.5, True)", "round(number=1.25, ndigits=1)", "round(1.25, ndigits=1)", "round(1.35, 1)", "round(0.15, 1)", "round(0.25, 1)", "round(0.35, 1)", "round(1.005, 2)", "round(1e300, 2)", "round(1e-300, 2)", "round(1.5, 400)",
    "round(1.5, -400)", "round(-1.5, -400)", "round(float('inf'))", "round(float('nan'))", "round(float('inf'), 1)", "round(float('nan'), 1)", "round(1.7976931348623157e308, -308)", "round(123.456, 1)", "round(5e-324, 323)", "round(0.0, 2)",
    "round(-0.0, 2)", "round(4503599627370497.5)", "round(9007199254740993, -1)", "round(0.5000000000000001)", "round(datetime.timedelta(1))", "round(1e15 + 0.5, 0)", "round(12345.675, 2)", "round(-1.005, 2)", "round(8.5, -1)", "round(15.0, -1)",
    "round(25.0, -1)", "round(2.5e10, -10)", "round(123, -400)", "round(1.5, -1)", "round(5.0, -1)", "round(5.1, -1)", "round(95.0, -1)",
    "any([])", "all([])", "any([0, 1])", "all([0, 1])", "any('a')", "all('')", "any((None, 0, ''))", "all((1, 'a', [0]))", "any(5)", "all(None)", "any()", "any([1], [2])", "any([[]])",
    "sorted([3, 1, 2])", "sorted((3, 1, 2))", "sorted('bca')", "sorted([])", "sorted([1])", "sorted([2, 1], reverse=True)", "sorted([2, 1], reverse=False)", "sorted([2, 1], reverse=0)", "sorted([2, 1], True)", "sorted([1, 'a'])",
    "sorted(['b', 1, 'a'])", "sorted([None])", "sorted([None, None])", "sorted([1, None])", "sorted([1, True, 1.0, 0])", "sorted([1.0, 1, True], reverse=True)", "sorted([True, 1.0, 1])", "sorted([[2], [1, 5], [1]])", "sorted(['请', '假', 'a'])",
    "sorted(5)", "sorted()", "sorted([1], key=None, foo=1)", "sorted([(2, 'b'), (1, 'a'), (2, 'a')])", "sorted([5, 3, 9, 1, 7, 2, 8, 6, 4, 0])", "sorted([3, 1, 2])[0]", "sorted('hello world')", "sorted([2, 1], reverse='x')",
    "sorted(['10', '9', '2'])", "sorted([datetime.date(2024, 2, 1), datetime.date(2024, 1, 1)])[0].month", "sorted([0.5, -1, 3, 2.5])", "sorted([1, 2], reverse=None)", "sorted([(1, 'b'), (1, 'a')], reverse=True)",
    "foo(1)", "print(1)", "len.x", "open('/etc/passwd')", "eval('1')", "globals()", "type(1)", "len(*[1])",
    "round(1, ndigits=0, ndigits=1)", "round(ndigits=1, 2)", "len([1],)", "len(,)", "len([1] [0])", "max(1 2)", "max(1,,2)", "abs(-1",
)

# ---- texts
show(
    "'abc'[0]", "'abc'[-1]", "'abc'[3]", "'abc'[-4]", "'abc'[True]", "'abc'[1.0]", "'abc'['0']", "'abc'[None]", "''[0]", "'请假'[1]", "'abc'[1:]", "'abc'[:1]", "'abc'[:]", "'abc'[-2:]", "'abc'[:-1]", "'abc'[1:100]", "'abc'[100:]",
    "'abc'[-100:2]", "'abc'[2:1]", "'abcdef'[::2]", "'abcdef'[1::2]", "'abcdef'[::-1]", "'abcdef'[4:1:-1]", "'abcdef'[-1:-4:-2]", "'abc'[::0]", "'abc'[None:None]", "'abc'[0:None:1]", "'abc'['a':]", "'abc'[1.0:]", "'abc'[:True]",
    "'abcdef'[10:0:-3]", "'abcdef'[:-10:-1]", "'abc'[9223372036854775807:]", "'abc'[-9223372036854775807:]", "'abc'[::9223372036854775807]", "'abc'[]", "'abc'[1:2:3:4]", "'abc'[1,2]", "'abc'[1", "'abc'[:", "[1, 2, 3][1]", "[1, 2, 3][-1]",
    "[1, 2, 3][5]", "(1, 2, 3)[0]", "(1, 2, 3)[1:]", "[1, 2, 3][::-1]", "[[1, 2], [3, 4]][1][0]", "[1, 2, 3][:2][1]", "5[0]", "None[0]", "True[0]", "1.5[0]", "[][0]", "()[0:1]", "[1, 2, 3]['a']", "[1, 2][0:1] == [1]", "(1, 2)[:1]",
    "'abc' + 'def'", "'a' * 3", "3 * 'a'", "'a' * 0", "'a' * -1", "'a' * True", "'a' * 1.5", "'' * 1000000000", "[0] * 3", "(1, 2) * 2", "2 * [1]", "[] * 1000000000", "[1] + [2]", "(1,) + (2,)", "[1] + (2,)", "'a' + 1", "'a' - 'b'", "[1] - [1]",
    "'a' * 'b'", "[1] * [2]", "'a' / 2", "'a' // 2", "'a' ** 2", "[1] ** 2",
    "'abc' < 'abd'", "'abc' < 'abcd'", "'' < 'a'", "'Z' < 'a'", "'10' < '9'", "'é' > 'z'", "'😀' > '\\uffff'", "'a' == 'a'", "'a' == \"a\"", "'a' != 'b'", "'a' == 'A'", "[1, 2] < [1, 3]", "[1] < [1, 0]", "[2] > [1, 9]", "[1, 'a'] < [1, 2]", "[1, 'a'] < [2, 2]",
    "(1, 2) <= (1, 2)", "[] < [1]", "[[1], 2] == [[1], 2]", "[1, [2]] < [1, [3]]", "[None] == [None]", "[None] < [None]", "[None] <= [None]", "[float('nan')] == [float('nan')]", "(1, 'b') > (1, 'a')",
    "'b' in 'abc'", "'bc' in 'abc'", "'' in 'abc'", "'' in ''", "'d' not in 'abc'", "1 in 'abc'", "None in 'abc'", "'a' in 5", "'a' in None", "1 in [1, 2]", "1.0 in [1]", "True in [1]", "'1' in [1]", "None in [None]", "[1] in [[1]]", "(1,) in [[1]]",
    "1 not in ()", "'a' in ('a')", "'a' in ('a',)", "'a' in ['ab']", "1 in 1", "float('nan') in [1]", "[] in []", "[] in [[]]", "'a' in 'b' 'a'", "1 not in [2, 3]",
    "'AbC'.lower()", "'AbC'.upper()", "'straße'.upper()", "'ÀÉ'.lower()", "'ΑΣ'.lower()", "'İ'.lower()", "'ﬁ'.upper()", "'ǅ'.lower()", "'请'.upper()", "''.lower()", "'a'.lower(1)", "5.lower()", "(5).lower()", "None.lower()", "[1].lower()", 
    "'  a b '.strip()", "'\\n\\ta\\u3000\\x1c'.strip()", "'xxaxx'.strip('x')", "'abcba'.strip('ab')", "'aaa'.strip('a')", "'abc'.strip('')", "' a '.strip(None)", "'a'.strip(1)", "'a'.strip('a', 'b')", "'请a请'.strip('请')", "'\\u200ba'.strip()", "'-=a=-'.strip('=-')",
    "'abc'.startswith('ab')", "'abc'.startswith('b')", "'abc'.startswith('')", "'abc'.startswith('abcd')", "'abc'.startswith(('x', 'a'))", "'abc'.startswith(())", "'abc'.startswith(['a'])", "'abc'.startswith(1)", "'abc'.startswith(('x', 1))", "'abc'.startswith(('a', 1))",
    "'abc'.startswith()", "'abc'.startswith('b', 1)", "'abc'.startswith('b', -2)", "'abc'.startswith('bc', 1, 2)", "'abc'.startswith('', 3)", "'abc'.startswith('', 4)", "'abc'.startswith('', 2, 1)", "'abc'.startswith('a', None, None)", "'abc'.startswith('a', 'b')",
    "'abc'.startswith('a', 0, 1, 2)", "'abc'.startswith('b', -100)", "'abc'.startswith('a', -100)",
    "'abc'.endswith('bc')", "'abc'.endswith('b')", "'abc'.endswith('')", "'abc'.endswith(('x', 'c'))", "'abc'.endswith('b', 0, 2)", "'abc'.endswith('ab', 1, 2)", "'abc'.endswith('', 4)", "'abc'.endswith(None)", "'abc'.endswith('c', -1)", "'abc'.endswith('b', 0, -1)", "'abc'.endswith('abc', 0, 100)",
    "'a,b,c'.split(',')", "'a b  c'.split()", "'  a  b '.split()", "''.split()", "''.split(',')", "'abc'.split('')", "'a,b,c'.split(',', 1)", "'a,b,c'.split(',', 0)", "'a,b,c'.split(',', -1)", "'a,b,c'.split(',', 10)", "'a  b c'.split(None, 1)", "' a  b '.split(None, 1)", "'  a b '.split(None, 0)",
    "'a,b'.split(sep=',')", "'a b c'.split(maxsplit=1)", "'a,b,c'.split(',', maxsplit=1)", "'a,b'.split(',', sep=',')", "'a'.split(1)", "'a'.split(',', 'x')", "'a,,b'.split(',')", "',a,'.split(',')", "'aXXbXXc'.split('XX')", "'aaa'.split('aa')", "'a\\u3000b\\x1fc'.split()", "'a'.split(',', 1.0)", "'a b'.split(' ', True)",
    "'a\\nb\\tc'.split()", "'a|b'.split('|')[1]", "'a,b'.split(',', None)", "'a'.split(foo=1)", "'1,2,3'.split(',')[-1]", "len('a;b;c'.split(';'))",
    "'aXbX'.replace('X', '-')", "'aaa'.replace('a', 'b', 2)", "'aaa'.replace('a', 'b', 0)", "'aaa'.replace('a', 'b', -1)", "'abc'.replace('', '-')", "'abc'.replace('', '-', 2)", "''.replace('', 'x')", "''.replace('', 'x', 0)", "'aaaa'.replace('aa', 'b')", "'abc'.replace('b', '')", "'abc'.replace('x', 'y')",
    "'a'.replace('a')", "'a'.replace('a', 1)", "'a'.replace(1, 'a')", "'a'.replace('a', 'b', 'c')", "'a'.replace('a', 'b', True)", "'请假'.replace('假', 'X')", "'a'.replace(old='a', new='b')", "'a-b-c'.replace('-', '').upper()", "'a'.replace('a', 'b', None)",
    "'123'.isdigit()", "''.isdigit()", "'12a'.isdigit()", "'-1'.isdigit()", "'1.5'.isdigit()", "'²'.isdigit()", "'①'.isdigit()", "'½'.isdigit()", "'Ⅷ'.isdigit()", "'１２'.isdigit()", "'٣'.isdigit()", "'一'.isdigit()", "' 1'.isdigit()", "'𝟗'.isdigit()", "(5).isdigit()", "'1'.isdigit(1)", "'⑩'.isdigit()",
    "'abc'.foo", "'a'.year", "'a'.days", "'a'.weekday()", "(1).strftime('%Y')", "'abc'.upper().lower().strip('a')", "' A '.strip().lower() == 'a'", "'a' .upper()", "'a'. upper ()", "'a'.(b)", "'a'.1",
)

# ---- dates
show(
    "datetime.datetime.now()", "datetime.datetime.today()", "datetime.date.today()", "datetime.datetime.now().year", "datetime.datetime.now().month", "datetime.datetime.now().day", "datetime.datetime.now().hour", "datetime.datetime.now().minute",
    "datetime.datetime.now().second", "datetime.datetime.now().microsecond", "datetime.datetime.now().weekday()", "datetime.date.today().weekday()", "datetime.date.today().year", "datetime.date.today().hour", "datetime.datetime.now().date()", "datetime.datetime.now().foo",
    "datetime.datetime.now().days", "datetime.datetime.now().year()", "datetime.datetime.now(1, 2)", "datetime.date.today(1)", "datetime.foo()", "datetime.now()", "date.today()",
    "datetime.datetime.now().timestamp()", "datetime.date.today().timestamp()", "datetime.datetime(2024, 1, 1).timestamp()", "datetime.datetime(1969, 12, 31, 23, 59, 59, 500000).timestamp()", "datetime.datetime(1, 1, 3).timestamp()",
    "datetime.datetime(2024, 1, 31)", "datetime.datetime(2024, 1, 31, 12, 30)", "datetime.datetime(2024, 1, 31, 12, 30, 45, 7)", "datetime.datetime(year=2024, month=1, day=31, hour=5)", "datetime.datetime(2024, 1, day=2)", "datetime.datetime(2024, 2, 30)", "datetime.datetime(2023, 2, 29)",
    "datetime.datetime(2024, 2, 29)", "datetime.datetime(1900, 2, 29)", "datetime.datetime(2000, 2, 29)", "datetime.datetime(0, 1, 1)", "datetime.datetime(1, 1, 1)", "datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)", "datetime.datetime(10000, 1, 1)", "datetime.datetime(2024, 13, 1)",
    "datetime.datetime(2024, 0, 1)", "datetime.datetime(2024, 1, 0)", "datetime.datetime(2024, 4, 31)", "datetime.datetime(2024, 1, 1, 24)", "datetime.datetime(2024, 1, 1, 23, 60)", "datetime.datetime(2024, 1, 1, 23, 59, 60)", "datetime.datetime(2024, 1, 1, -1)", "datetime.datetime(2024, 1, 1, 0, 0, 0, 1000000)",
    "datetime.datetime(2024, 1)", "datetime.datetime()", "datetime.datetime(2024.0, 1, 1)", "datetime.datetime('2024', 1, 1)", "datetime.datetime(2024, True, 1)", "datetime.datetime(2024, 1, 1, foo=1)", "datetime.datetime(2024, 1, 1, year=2)", "datetime.datetime(2024, 1, None)",
    "datetime.date(2024, 1, 31)", "datetime.date(2024, 1, 31).day", "datetime.date(2024, 2, 30)", "datetime.date(2024, 1)", "datetime.date(2024, 1, 1, 1)", "datetime.date(year=2024, month=2, day=29)", "datetime.date(1, 1, 1)", "datetime.date(9999, 12, 31)", "datetime.date(9999, 12, 32)", "datetime.date(2024, 12, 25).weekday()",
    "datetime.date(1970, 1, 1).weekday()", "datetime.date(1, 1, 1).weekday()", "datetime.date(2000, 2, 29).weekday()", "datetime.date(1969, 12, 31).weekday()", "[datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5), datetime.datetime(2024, 1, 2, 0, 0, 0, 5)]",
    "datetime.timedelta()", "datetime.timedelta(1)", "datetime.timedelta(-1)", "datetime.timedelta(2)", "datetime.timedelta(hours=25)", "datetime.timedelta(hours=-1)", "datetime.timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=5, microseconds=6)", "datetime.timedelta(weeks=2)", "datetime.timedelta(1, 2, 3, 4, 5, 6, 7)",
    "datetime.timedelta(days=1.5)", "datetime.timedelta(days=0.1)", "datetime.timedelta(hours=0.1)", "datetime.timedelta(seconds=1e-7)", "datetime.timedelta(microseconds=0.5)", "datetime.timedelta(microseconds=1.5)", "datetime.timedelta(microseconds=2.5)", "datetime.timedelta(microseconds=-0.5)", "datetime.timedelta(microseconds=-1.5)",
    "datetime.timedelta(seconds=0.1, microseconds=0.5)", "datetime.timedelta(seconds=0.0000005, microseconds=1)", "datetime.timedelta(days=0.123456789)", "datetime.timedelta(weeks=1.1, days=-0.3)", "datetime.timedelta(milliseconds=0.0005)", "datetime.timedelta(minutes=1 / 3)", "datetime.timedelta(hours=2 / 3, minutes=0.7)",
    "datetime.timedelta('1')", "datetime.timedelta(None)", "datetime.timedelta(foo=1)", "datetime.timedelta(1, days=1)", "datetime.timedelta(1, 2, 3, 4, 5, 6, 7, 8)", "datetime.timedelta(True)", "datetime.timedelta(float('nan'))", "datetime.timedelta(float('inf'))", "datetime.timedelta(days=1e300)",
    "datetime.timedelta(days=1).days", "datetime.timedelta(hours=-1).days", "datetime.timedelta(hours=-1).seconds", "datetime.timedelta(days=1, seconds=5).seconds", "datetime.timedelta(microseconds=7).microseconds", "datetime.timedelta(days=1).total_seconds()", "datetime.timedelta(microseconds=1).total_seconds()",
    "datetime.timedelta(hours=-1).total_seconds()", "datetime.timedelta(days=100000, microseconds=1).total_seconds()", "datetime.timedelta(1).total_seconds(1)", "datetime.timedelta(1).hours", "datetime.timedelta(1).year", "datetime.timedelta(days=36500).total_seconds()",
    "[datetime.timedelta(0), datetime.timedelta(1), datetime.timedelta(-1, 5), datetime.timedelta(0, 0, 1)]", "datetime.timedelta(1) + datetime.timedelta(hours=1)", "datetime.timedelta(1) - datetime.timedelta(2)", "datetime.timedelta(1) * 2", "2 * datetime.timedelta(1)", "datetime.timedelta(1) * 1.5", "0.1 * datetime.timedelta(1)",
    "datetime.timedelta(microseconds=1) * 0.5", "datetime.timedelta(microseconds=3) * 0.5", "datetime.timedelta(microseconds=5) * 0.5", "datetime.timedelta(microseconds=-3) * 0.5", "datetime.timedelta(1) * 1e-300", "datetime.timedelta(1) * 1e300", "datetime.timedelta(1) * float('nan')", "datetime.timedelta(1) * 0.0", "datetime.timedelta(1) * '2'",
    "datetime.timedelta(1) / 2", "datetime.timedelta(microseconds=1) / 2", "datetime.timedelta(microseconds=3) / 2", "datetime.timedelta(microseconds=-1) / 2", "datetime.timedelta(microseconds=-3) / 2", "datetime.timedelta(1) / 3", "datetime.timedelta(1) / -7", "datetime.timedelta(1) / 2.5", "datetime.timedelta(1) / 0.1", "datetime.timedelta(1) / -0.3",
    "datetime.timedelta(1) / 1e300", "datetime.timedelta(1) / 1e-300", "datetime.timedelta(1) / 0", "datetime.timedelta(1) / 0.0", "datetime.timedelta(1) / datetime.timedelta(hours=5)", "datetime.timedelta(1) // datetime.timedelta(hours=5)", "datetime.timedelta(1) % datetime.timedelta(hours=5)", "datetime.timedelta(-1) // datetime.timedelta(hours=5)",
    "datetime.timedelta(-1) % datetime.timedelta(hours=5)", "datetime.timedelta(1) / datetime.timedelta(0)", "datetime.timedelta(1) // datetime.timedelta(0)", "datetime.timedelta(1) % datetime.timedelta(0)", "datetime.timedelta(1) // 7", "datetime.timedelta(-1) // 7", "datetime.timedelta(1) // 0", "datetime.timedelta(1) // 2.0", "datetime.timedelta(1) % 2", "2 / datetime.timedelta(1)",
    "-datetime.timedelta(1)", "+datetime.timedelta(1)", "abs(datetime.timedelta(-1, 1))", "datetime.timedelta(1) ** 2", "datetime.timedelta(1) + 1", "1 - datetime.timedelta(1)", "datetime.timedelta(1) > datetime.timedelta(hours=23)", "datetime.timedelta(1) == datetime.timedelta(hours=24)", "datetime.timedelta(1) > 1", "datetime.timedelta(1) == 86400",
    "datetime.datetime(2024, 1, 31) + datetime.timedelta(1)", "datetime.timedelta(1) + datetime.datetime(2024, 2, 28)", "datetime.datetime(2024, 3, 1) - datetime.timedelta(days=1)", "datetime.datetime(2024, 3, 1) - datetime.datetime(2024, 2, 1)", "datetime.datetime(2024, 3, 1, 5) - datetime.datetime(2024, 3, 2, 6)", "datetime.datetime(9999, 12, 31) + datetime.timedelta(1)",
    "datetime.datetime(1, 1, 1) - datetime.timedelta(microseconds=1)", "datetime.datetime(2024, 1, 1) + 1", "datetime.datetime(2024, 1, 1) + datetime.datetime(2024, 1, 1)", "datetime.datetime(2024, 1, 1) * 2", "datetime.timedelta(1) - datetime.datetime(2024, 1, 1)", "datetime.date(2024, 1, 31) + datetime.timedelta(1)", "datetime.date(2024, 1, 31) + datetime.timedelta(hours=47)",
    "datetime.date(2024, 1, 31) - datetime.timedelta(hours=1)", "datetime.date(2024, 1, 31) + datetime.timedelta(hours=-1)", "datetime.timedelta(1) + datetime.date(2024, 1, 31)", "datetime.date(2024, 3, 1) - datetime.date(2024, 2, 1)", "datetime.date(9999, 12, 31) + datetime.timedelta(1)", "datetime.date(1, 1, 1) - datetime.timedelta(1)", "datetime.date(2024, 1, 1) - 1",
    "datetime.datetime(2024, 1, 1) - datetime.date(2024, 1, 1)", "datetime.date(2024, 1, 1) - datetime.datetime(2024, 1, 1)", "datetime.date(2024, 1, 1) == datetime.datetime(2024, 1, 1)", "datetime.date(2024, 1, 1) < datetime.datetime(2024, 1, 2)", "datetime.datetime(2024, 1, 2) > datetime.date(2024, 1, 1)", "datetime.datetime(2024, 1, 1) < datetime.datetime(2024, 1, 2)",
    "datetime.datetime(2024, 1, 1) == '2024-01-01 00:00:00'", "datetime.datetime(2024, 1, 1) < '2024-01-02'", "datetime.date(2024, 1, 1) <= datetime.date(2024, 1, 1)", "datetime.date(2024, 1, 1) == None", "datetime.date(2024, 1, 1) < None", "max(datetime.date(2024, 1, 1), datetime.date(2024, 1, 2))", "datetime.date(2024, 1, 1) in [datetime.date(2024, 1, 1)]",
    "(datetime.date.today() - datetime.date(2024, 6, 1)).days", "datetime.datetime.now() - datetime.timedelta(days=7) < datetime.datetime(2024, 6, 9)", "(datetime.datetime.now() + datetime.timedelta(hours=2)).day", "datetime.date(2024, 1, 1).strftime('%Y/%m/%d')", "datetime.datetime.now()[0]", "len(datetime.datetime.now())", "int(datetime.datetime.now())", "datetime.datetime.now().lower()",
    "str(datetime.datetime.now())[:10]", "bool(datetime.datetime(1, 1, 1))",
)

# ---- strftime
MOMENTS = ["datetime.datetime(2024, 6, 5, 0, 7, 9, 45)", "datetime.datetime(1999, 12, 31, 12, 59, 59)", "datetime.datetime(2023, 1, 1, 23, 0, 0, 999999)"]
for moment, directive in itertools.product(MOMENTS, "YymdHIMSfpjaAbBwuUWcxXFTDRernth"):
    show(f"{moment}.strftime('%{directive}')")
show(
    "datetime.datetime.now().strftime('%Y-%m-%d %H:%M:%S.%f')", "datetime.datetime.now().strftime('')", "datetime.datetime.now().strftime('plain 100%%')", "datetime.datetime.now().strftime('%Y年%m月')", "datetime.datetime.now().strftime()", "datetime.datetime.now().strftime(1)",
    "datetime.datetime.now().strftime('%Y', '%m')", "datetime.date(2024, 2, 29).strftime('%j %U %W %a %H:%M:%S %f')", "datetime.datetime.strftime(datetime.datetime.now(), '%H')", "datetime.datetime.strftime('%H')", "datetime.datetime.strftime('a', '%H')", "datetime.datetime(5, 1, 1).strftime('%Y %y %c')", "datetime.datetime(2024, 1, 1).strftime('%%Y')",
    "time.strftime('%Y-%m-%d %H:%M:%S')", "time.strftime('%Y', time.strptime('2020', '%Y'))", "time.strftime('%a %j', time.strptime('2020-05-06', '%Y-%m-%d'))", "time.strftime()", "time.strftime(1)", "time.strftime('%Y', 5)", "time.strftime('%p %I', time.strptime('13', '%H'))", "time.time()", "time.time() > 1718461845", "time.time(1)", "int(time.time()) % 60",
    "time.mktime(time.strptime('2024-01-01', '%Y-%m-%d'))", "time.mktime(time.strptime('1970-01-01 08:00:00', '%Y-%m-%d %H:%M:%S'))", "time.mktime(time.strptime('02-29', '%m-%d'))", "time.mktime(time.strptime('2024-06-30 23:59:61', '%Y-%m-%d %H:%M:%S'))", "time.mktime()", "time.mktime(5)", "time.mktime('2024')", "time.localtime(5).tm_foo", "time.sleep",
    "time.strptime('Sat Jun 15 22:30:45 2024') == time.strptime('2024-06-15 22:30:45', '%Y-%m-%d %H:%M:%S')", "time.strptime('2024', '%Y')[0]", "time.strptime('2024-06-15', '%Y-%m-%d')[6]", "time.strptime('2024-06-15', '%Y-%m-%d')[7]", "len(time.strptime('2024', '%Y'))", "time.strptime('2024', '%Y') < time.strptime('2025', '%Y')", "time.strptime('02-29', '%m-%d')[:3]", "time.strptime('bad')",
    "time.strptime('2024', '%Y')", "2024 in time.strptime('2024', '%Y')", "time.strptime('2024', '%Y') == (2024, 1, 1, 0, 0, 0, 0, 1, -1)", "time.strptime('2024', '%Y') == [2024, 1, 1, 0, 0, 0, 0, 1, -1]", "time.strptime('2024', '%Y') > (2023,)", "time.strptime('61', '%S')[5]", "time.strptime('60', '%S')[5]", "time.strptime()", "time.strptime('2024', 5)", "sum(time.strptime('2024', '%Y'))",
    "max(time.strptime('2024', '%Y'))", "sorted(time.strptime('2024', '%Y'))", "bool(time.strptime('2024', '%Y'))", "-time.strptime('2024', '%Y')",
)

# ---- strptime
for text, form in [
    ("2024-06-15", "%Y-%m-%d"), ("2024-6-5", "%Y-%m-%d"), ("24-06-15", "%y-%m-%d"), ("69-01-01", "%y-%m-%d"), ("68-01-01", "%y-%m-%d"), ("2024-06-15 22:30:45", "%Y-%m-%d %H:%M:%S"), ("2024-06-15  22:30:45", "%Y-%m-%d %H:%M:%S"),
    ("2024-06-15\t22:30:45", "%Y-%m-%d %H:%M:%S"), ("2024-06-15T22:30:45", "%Y-%m-%dT%H:%M:%S"), ("2024-06-15t22:30:45", "%Y-%m-%dT%H:%M:%S"), ("2024-06-15 22:30", "%Y-%m-%d %H:%M:%S"), ("2024-06-15 22:30:45 ", "%Y-%m-%d %H:%M:%S"), (" 2024-06-15", "%Y-%m-%d"), ("2024-06-15", " %Y-%m-%d"),
    ("2024-06-15", "%Y-%m-%d "), ("2024-06-15", "%Y/%m/%d"), ("2024-13-01", "%Y-%m-%d"), ("2024-02-30", "%Y-%m-%d"), ("2023-02-29", "%Y-%m-%d"), ("2024-02-29", "%Y-%m-%d"), ("2024-06-31", "%Y-%m-%d"), ("2024-06-00", "%Y-%m-%d"), ("0000-01-01", "%Y-%m-%d"), ("0001-01-01", "%Y-%m-%d"), ("9999-12-31", "%Y-%m-%d"), ("999-01-01", "%Y-%m-%d"),
    ("20240615", "%Y%m%d"), ("2024615", "%Y%m%d"), ("2024111", "%Y%m%d"), ("20241131", "%Y%m%d"), ("202411", "%Y%m%d"), ("2024-06-15 22:30:45.5", "%Y-%m-%d %H:%M:%S.%f"), ("2024-06-15 22:30:45.123456", "%Y-%m-%d %H:%M:%S.%f"), ("2024-06-15 22:30:45.1234567", "%Y-%m-%d %H:%M:%S.%f"), ("2024-06-15 22:30:45.", "%Y-%m-%d %H:%M:%S.%f"),
    ("22:30", "%H:%M"), ("24:00", "%H:%M"), ("2:3", "%H:%M"), ("23:60", "%H:%M"), ("23:59:60", "%H:%M:%S"), ("23:59:62", "%H:%M:%S"), ("10 PM", "%I %p"), ("12 AM", "%I %p"), ("12 PM", "%I %p"), ("12 pm", "%I %p"), ("13 PM", "%I %p"), ("0 PM", "%I %p"), ("12", "%I"), ("11", "%I"), ("PM 3", "%p %I"), ("15 AM", "%H %p"), ("15 3 PM", "%H %I %p"), ("3 15 PM", "%I %H %p"),
    ("15 June 2024", "%d %B %Y"), ("15 jun 2024", "%d %b %Y"), ("15 JUNE 2024", "%d %B %Y"), ("15 June 2024", "%d %b %Y"), ("15 Jun 2024", "%d %B %Y"), ("may", "%b"), ("May", "%B"), ("Saturday 15", "%A %d"), ("Sat 15", "%a %d"), ("Foo 15", "%a %d"), ("Saturday", "%a"), ("2024-167", "%Y-%j"), ("2024-366", "%Y-%j"), ("2023-366", "%Y-%j"), ("2024-367", "%Y-%j"), ("2024-0", "%Y-%j"), ("2024-60", "%Y-%j"), ("9999-366", "%Y-%j"),
    ("2024-060", "%Y-%j"), ("60", "%j"), ("02-30 60", "%m-%d %j"), ("0", "%w"), ("6", "%w"), ("7", "%w"), ("100%", "100%%"), ("100", "100%%"), ("", ""), ("", "%Y"), ("a", ""), ("abc", "abc"), ("ABC", "abc"), ("abc", "ab"), ("ab", "abc"), ("a.c", "a.c"), ("abc", "a.c"), ("(2024)", "(%Y)"), ("[2024]*+?^$|\\\\", "[%Y]*+?^$|\\\\"), ("2024", "%Q"), ("2024", "%"), ("2024%", "%Y%"),
    ("2024 2024", "%Y %Y"), ("02-29", "%m-%d"), ("02-30", "%m-%d"), ("2024年6月15日", "%Y年%m月%d日"), ("２０２４-06-15", "%Y-%m-%d"), ("2024-０6-15", "%Y-%m-%d"), ("2024-1５-15", "%Y-%d-%m"), ("Sat Jun 15 22:30:45 2024", "%c"), ("06/15/24", "%x"), ("22:30:45", "%X"), ("06/15/24 22:30:45", "%x %X"), ("5/5", "%d/%m"), (" 5/5", "%d/%m"), ("2024  5", "%Y %d"), ("2024 5", "%Y%d"),
    ("2024-06-15\u300022", "%Y-%m-%d %H"), ("2024 06", "%Y\\n%m"), ("1 2 3", "%d %m %y"), ("1 2 03", "%d %m %y"), ("2412", "%y%m"), ("241", "%y%m"), ("11", "%d%m"), ("111", "%d%m"), ("1111", "%d%m"), ("3111", "%d%m"), ("321", "%d%m"), ("123", "%H%M"), ("1", "%H%M"), ("235959", "%H%M%S"), ("12345", "%H%M%S"), ("-2024", "%Y"), ("+2024", "%Y"), ("2024.0", "%Y"),
    ("2024-06-15 22:30:45+0800", "%Y-%m-%d %H:%M:%S"), ("STRASSE", "straße"), ("Σ", "ς"), ("K", "\u212a"),
]:
    show(f"datetime.datetime.strptime({text!r}, {form!r})")
show(
    "datetime.datetime.strptime('2024')", "datetime.datetime.strptime()", "datetime.datetime.strptime(2024, '%Y')", "datetime.datetime.strptime('2024', 2024)", "datetime.datetime.strptime('2024', '%Y', 1)", "datetime.datetime.strptime('2024', '%Y').year", "datetime.datetime.strptime('2024', '%Y') + datetime.timedelta(31)",
    "datetime.datetime.strptime('2024-06-15', '%Y-%m-%d').date()", "datetime.datetime.strptime('2024-06-15', '%Y-%m-%d').date().weekday()", "time.strptime('3 2024-06-15', '%w %Y-%m-%d')[6]", "time.strptime('Mon 2024-06-15', '%a %Y-%m-%d')[6]", "time.strptime('2024-366', '%Y-%j')[:3]", "time.strptime('2023-366', '%Y-%j')[:3]", "time.strptime('2023-366', '%Y-%j')[7]", "time.strptime('5 May', '%d %B')[:3]",
)

# ---- placeholders that are none
ask("{days.real} == 5", "{days[0]} == 5", "{ days } == 5", "{days", "days} == 5", "{days}{days}", "{days} {days}", "3{days}", "{days}.foo()", "{days}(1)", "{days} = 5", "{title}.upper().lower() == 'holiday request'", "-{days} == -5", "not {days}", "{days}**2 == 25", "{days}if 1else 2", "[{days}, {zero}] == [5, 0]", "({days}, {none_int}) == (5, None)", "{days}in[5]")

# ---- what is no Python at all, and attacks
ask(
    "x := 5", "yield 1", "await 1", "import os", "a.b.c", "exec('1')", "1; 2",
    "a", "_", "__debug__1", "`1`", "$1", "1 ?", "@1", "~'a'", "1 <- 2", "1 -> 2", "1 !== 2", "=1", "1 in", "in [1]", "is None", "1 is", "1 is not", "not in [1]", "1 not not in [1]", "[1", "((1)", "(1))", "'a' 1", "1 'a'", "None None", "True False", "1, ]", "(1, 2", "'a", "\"", "'''", "(" * 500, "[" * 500, "(" * 500 + "1" + ")" * 500,
    "9 ** 9 ** 9 ** 'a'", "\x00", "1 \x00", "'a\x00'", "１ + 1", "1 ＋ 1", "（1）", "1 == 1\u00a0", "\ufeff1", "“a” == “a”",
)

# ---- on purpose otherwise
differ("whole numbers have 64 bits", "error", "9223372036854775808 > 0", "9223372036854775807 + 1 > 0", "-9223372036854775807 - 2 < 0", "2 ** 63 > 0", "2 ** 64 == 18446744073709551616", "4611686018427387904 * 2 > 0", "-(-9223372036854775807 - 1) > 0", "abs(-9223372036854775807 - 1) > 0", "int('9223372036854775808') > 0", "int(1e19) > 0", "round(1e300) > 0",
       "(-9223372036854775807 - 1) // -1 > 0", "sum([9223372036854775807, 1]) > 0", "round(9223372036854775807, -1) > 0", "0xffffffffffffffffff > 0", "1e308 // 1 == 1e308 and int(1e308) > 0", "datetime.timedelta(days=999999999).days > 0", "datetime.timedelta(days=106751992) > datetime.timedelta(0)", "datetime.timedelta(days=100000000) * 2 > datetime.timedelta(0)")
differ("the exponent of a whole number is capped", "error", "1 ** 1025 == 1", "0 ** 5000 == 0", "(-1) ** 100000 == 1", "2 ** 2000 > 0")
differ("an expression has at most 4 KiB, 64 levels, 10,000 steps, 64 KiB a text", "error", "1 == 1" + " " * 4096, "(" * 65 + "1" + ")" * 65, "-" * 70 + "1", "not " * 70 + "1", "1 if 1 else " * 70 + "1", "[" * 65 + "]" * 65, "len([1] * 20000) > 0", "len('a' * 65537) > 0", "[1] * 9000 == [1] * 9000", "sum([1] * 9000) > 0 and sum([1] * 9000) > 0", "len('a' * 60000 + 'b' * 60000) > 0", "'a'.replace('a', 'b' * 70000) != ''",
       "len((' a' * 20000).split()) > 0", "len(str([1] * 9000)) > 0", "len('ab'.replace('', 'x' * 30000)) > 0")
differ("fractional powers of negative numbers are complex", "error", "(-8) ** 0.5 != 0", "(-2.0) ** 0.5 != 0")
differ("a comma at the top makes a tuple, which is always true: never meant", "error", "{days} > 30, {days} > 3", "1,")
differ("`is` is for None, True and False; between other values its answer is an accident", "error", "'a' is 'a'", "{days} is {days}")
differ("unknown directives are refused instead of printed as they are", "error", "datetime.datetime.now().strftime('%Q') == '%Q'", "datetime.datetime.now().strftime('%') == '%'", "time.strftime('%f') == '%f'", "datetime.datetime.now().strftime('%Z%z') == ''", "datetime.datetime.now().strftime('%G-%V') == '2024-24'", "time.strftime('%z') == '+0800'")
differ("reading week numbers and time zones is not in the table", "error", "datetime.datetime.strptime('2024 1 1', '%Y %W %w').year == 2024", "datetime.datetime.strptime('+0800', '%z').year == 1900", "time.strptime('UTC', '%Z')[0] == 1900")
differ("not in the table of functions and methods", "error", "isinstance(1, int)", "chr(65) == 'A'", "list('ab') == ['a', 'b']", "dict()  == dict()", "pow(2, 3) == 8", "'a'.title() == 'A'", "'a'.format()", "'abc'.join(['a'])", "'abc'.encode()", "[].append(1) is None", "1 . real", "datetime.datetime.now().weekday", "datetime.datetime.now", "datetime.datetime", "datetime", "time", "len", "abs", "'a'.lower", "datetime.timedelta(1).total_seconds", "'a,b'.find(',') == 1", "{people}.count(',') == 2", "(1).real == 1", "'a'.lstrip() == 'a'", "datetime.datetime.now().isoformat() != ''", "[1].count(1) == 1", "str.lower('A') == 'a'", "datetime.datetime.now().replace(day=1).day == 1", "len.__name__ == 'len'",
       "sorted([1], key=None) == [1]", "int('ff', 16) == 255", "int('11', base=2) == 3", "str(object=1) == '1'", "max([1], key=None) == 1", "time.strptime('2024', '%Y').tm_year == 2024", "time.strftime('%Y', (2024, 1, 1, 0, 0, 0, 0, 1, 0)) == '2024'", "time.mktime((2024, 1, 1, 0, 0, 0, 0, 1, 0)) > 0")
differ("attributes lead everywhere in Python", "error", "''.__class__", "{days}.__class__", "{days}.real", "().__class__.__bases__[0].__subclasses__()", "'abc'.__len__() == 3", "__import__('os').getpid() > 0", "open('/dev/null')", "eval('1')", "globals()", "type(1)")
differ("reading a letter that two cases share only in Turkish", "error", "datetime.datetime.strptime('\\u0130', 'i')")
differ("not in the language", "error", "lambda: 1", "[x for x in [1]]", "1 | 2", "1 & 1", "1 ^ 2", "~0", "1 << 2", "8 >> 1", "1j != 0", "b'a' == b'a'", "r'a' == 'a'", "u'a' == 'a'", "rb'a' == b'a'", "f'a' == 'a'", "(lambda: 1)()", "[x for x in [1]] == [1]", "(x := 1) == 1", "[*[1, 2]] == [1, 2]", "max(*[1, 2]) == 2", "...", "'%d' % 5 == '5'", "'%s' % 'a' == 'a'", "1 == 1 # comment", "'\\N{DIGIT ONE}' == '1'", "'\\ud800' != ''", "__debug__", "max(x for x in [1])", "1 == \\\n1",
       "b'' == ''.encode()", "abs == abs", "len is not None", "{1} == {1}", "{'a': 1} == {'a': 1}", "{1, 2} == {2, 1}", "({} == 5) is False", "({0} == 5) is False", "Ellipsis")
differ("a line break is a blank everywhere", True, "1 ==\n1", "{days} > 3\nand {days} < 10")
differ("a value that is a quoted placeholder is the text of the field (in CPython after pasting: another text, or a syntax error)", True, "'{days}' == '5'", "'{title}' == 'Holiday request'", "'{none_int}' == 'None'", "'x{yes}y' == 'xTruey'", "'{price}' == '12.5'", "'{quote}' == {quote}", "'''{code}''' == {code}", "'{days}{days}' == '55'", "'a{days}b' 'c' == 'a5bc'", "'{braces}' == {braces}", "'{people}'.split(',')[1] == 'lisi'")
differ("doubled braces in a quoted text are braces, as the old engine's formatting had them", True, "'{{days}}' == '{{' + 'days' + '}}'", "len('{{}}') == 2", "'{{' < '}}' and len('{{') == 1")
differ("a lone brace in a quoted text is refused, as the old engine's formatting did", "error", "'{' == '{'", "'}' == '}'", "'{}' == '{}'", "'{0}' != ''", "'{ }' != ''", "'{days!r}' != ''", "'{days:>5}' != ''", "'{title.x}' != ''", "'{title[0]}' != ''")

print('{"python": "%s", "now_ms": %d, "tz_offset_min": %d,' % (sys.version.split()[0], NOW_MS, TZ_OFFSET_MIN))
for name, lines, end in [("rows", rows, ","), ("differences", differences, "")]:
    # The same line may come from two places above.
    unique = list(dict.fromkeys(json.dumps(line, ensure_ascii=True) for line in lines))
    print(f'"{name}": [\n' + ",\n".join(unique) + "\n]" + end)
    print(f"{name}: {len(unique)}", file=sys.stderr)
print("}")

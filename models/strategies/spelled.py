"""Numbers and dates as people spell them, in English and in Chinese."""

import calendar
from datetime import date

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
DIGITS = "零一二三四五六七八九"
PLACES = ("", "十", "百", "千")


def english_number(number: int) -> str:
    """A number from 0 to 999,999 in American English: 342 is "three hundred forty-two"."""
    if number < 20:
        return ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return TENS[tens] + (f"-{ONES[ones]}" if ones else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    many, rest = divmod(number, size)
    return f"{english_number(many)} {name}" + (f" {english_number(rest)}" if rest else "")


def chinese_number(number: int) -> str:
    """A number from 0 to 99,999,999 in Chinese: 3042 is "三千零四十二", 12 is "十二"."""
    many, rest = divmod(number, 10_000)
    if many:
        said = chinese_number(many) + "万"
        return said + ("零" if 0 < rest < 1000 else "") + (_below_10000(rest) if rest else "")
    said = _below_10000(number) if number else DIGITS[0]
    return said.removeprefix("一") if 10 <= number < 20 else said


def _below_10000(number: int) -> str:
    """Digits with their places; one 零 for a gap between two of them."""
    said, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            said += (DIGITS[0] if gap and said else "") + DIGITS[digit] + PLACES[place]
        gap = not digit
    return said


def english_date(day: date) -> str:
    """March 3, 1987."""
    return f"{calendar.month_name[day.month]} {day.day}, {day.year}"


def chinese_date(day: date) -> str:
    """一九八七年三月三日."""
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{chinese_number(day.month)}月{chinese_number(day.day)}日"

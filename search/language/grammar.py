r"""The grammar of queries, read by descent.

    query       = alternatives ;
    alternatives = together { "OR" together } ;               AND binds tighter than OR
    together    = item { [ "AND" ] item } ;
    item        = sum | [ "-" ] operand ;
    operand     = word | phrase | field | "(" alternatives ")" ;
    sum         = part sign part { sign part } ;               one part at least with a weight or of a photo
    part        = [ weight ":" ] ( word | phrase | similar ) ;  a word after a weight begins with no digit
    sign        = " + " | " - " ;                              with space on both sides
    field       = name ":" ( value | phrase ) ;
    similar     = "similar:" example { "," example } ;
    example     = ( number | "~" token ) [ "@" left "," top "," width "," height ] ;
    phrase      = '"' { character } '"' ;
    weight      = digit [ digit ] [ digit ] [ "." digit [ digit ] [ digit ] ] ;

Words and values end at a space or a bracket. A backslash makes the next of \ : ( ) " + - plain, and so a whole OR or
AND. OR and AND are operators in capitals and between two things only; a + or - with space around that is in no sum is
a word. Loose words that must hold together are one text, wherever they stand: `dog tag:work beach` looks for "dog
beach". A phrase is looked for exactly, but in a sum quotes only hold words together.

Read strictly, what does not fit raises QueryError. Read leniently, an unknown field or a bad value is plain text, and
a query whose brackets, quotes or sums do not fit is plain text as a whole.
"""

from __future__ import annotations

import unicodedata

from ai.plaintext import one_line
from search.language.errors import BadValue, QueryError
from search.language.fields import instead_of, operator_of
from search.language.kinds import AreaFact, PhotoOperator
from search.language.lexer import Kind, Token, tokens
from search.language.nodes import And, Field, Node, Not, Or, Part, Query, Similar, Weighted, Words, count_terms, flat
from search.language.values import UNITS, WEIGHT

LONGEST = 1_000  # characters; what people type is held shorter by `queries.clean`
DEEPEST = 16  # brackets within brackets
MOST_TERMS = 64  # fields, phrases, texts and parts of sums: each is a condition in one SQL statement


def parse(text: str, lenient: bool = False) -> Query:
    """Read a query; raises QueryError, leniently only for one that is empty or too long."""
    source = unicodedata.normalize("NFC", one_line(text, LONGEST + 1))
    if not source:
        raise QueryError("Write something to search for.", source, 0, 0)
    if len(source) > LONGEST:
        raise QueryError(f"A query has at most {LONGEST} characters.", source, LONGEST, len(source))
    parser = None
    try:
        parser = _Parser(source, lenient)
        query = Query(parser.whole())
    except QueryError as exc:
        if not lenient:
            raise next(iter(parser.wrong.values()), exc) if parser else exc from None
        return Query(Words(source))
    if parser.wrong:
        first = next(iter(parser.wrong.values()))
        first.query, first.wrong = query, parser.wrong
        raise first
    return query


class _Parser:
    def __init__(self, source: str, lenient: bool) -> None:
        self.source = source
        self.lenient = lenient
        self.tokens = list(tokens(source))
        self.at = 0
        self.wrong: dict[Node, QueryError] = {}  # fields, read on so that all of them can be told, in order
        self.no_sum_before = 0  # a row of signs that is no sum has none in it either

    def whole(self) -> Node:
        node = self._alternatives(depth=0)
        if token := self._peek():
            raise self._error("Nothing opens this bracket.", token)
        if count_terms(node) > MOST_TERMS:
            raise self._error_anywhere(f"A query has at most {MOST_TERMS} terms.")
        return node

    def _alternatives(self, depth: int) -> Node:
        nodes = [self._together(depth)]
        while (token := self._peek()) and token.kind is Kind.CONNECTIVE:
            self.at += 1
            nodes.append(self._together(depth))
        return nodes[0] if len(nodes) == 1 else Or(flat(nodes, Or))

    def _together(self, depth: int) -> Node:
        """Read what must all be so, up to an OR, a closing bracket or the end."""
        items: list[Node] = []
        while (token := self._peek()) and token.kind is not Kind.CLOSE:
            if items and self._connects(token):
                if token.text == "OR":
                    break
                self.at += 1
            items.append(self._sum() or self._item(depth))
        return self._conjunction(items)

    def _connects(self, token: Token) -> bool:
        """Tell whether an OR or AND stands before something, and so is no word."""
        following = self._peek(1)
        return token.kind is Kind.CONNECTIVE and following is not None and following.kind is not Kind.CLOSE

    def _item(self, depth: int) -> Node:
        token = self._next()
        if token.kind is Kind.MINUS:
            child = self._item(depth)
            if isinstance(child, Similar) and (following := self._peek()) and following.kind is Kind.SIGN:
                raise self._error("A sum begins with what is wanted.", token)
            return child.child if isinstance(child, Not) else Not(child)
        if token.kind is Kind.OPEN:
            return self._group(token, depth + 1)
        if token.kind is Kind.FIELD:
            return self._field(token)
        if token.kind is Kind.PHRASE:
            return Words(self._inside(token), exact=True)
        return Words(token.text)

    def _group(self, opening: Token, depth: int) -> Node:
        if depth > DEEPEST:
            raise self._error(f"Brackets go at most {DEEPEST} deep.", opening)
        if (token := self._peek()) and token.kind is Kind.CLOSE:
            raise QueryError("There is nothing in these brackets.", self.source, opening.start, token.end)
        node = self._alternatives(depth)
        if self._peek() is None:
            raise self._error("This bracket is never closed.", opening)
        self.at += 1
        return node

    def _field(self, token: Token) -> Node:
        try:
            return self._fact(token)
        except QueryError as exc:
            if self.lenient:
                return Words(self.source[token.start : token.end])
            field = Field(token.name, token.text)
            self.wrong.setdefault(field, exc)
            return field

    def _fact(self, token: Token) -> Node:
        operator = operator_of(token.name)
        if operator is None:
            raise self._unknown(token)
        try:
            value = operator.read(token.text)
        except BadValue as exc:
            problem = f"{operator.name}: cannot be “{token.text}”. {exc}".rstrip()
            raise self._error(problem, token, operator.name, operator.allowed) from exc
        if isinstance(operator, AreaFact) and (unit := self._unit_apart(token)):
            hint = f"Write {token.text}{unit.text}, without a space."
            raise self._error("The unit of a radius stands right behind it.", unit, allowed=hint)
        return value if isinstance(value, Similar) else Field(operator.name, value)

    def _unit_apart(self, token: Token) -> Token | None:
        """Return the word behind a radius without a unit, where it is one."""
        following = self._peek()
        is_unit = following is not None and following.kind is Kind.WORD and following.text.lower() in UNITS
        return following if is_unit and token.text.count(",") == 2 and token.text[-1].isdigit() else None

    def _unknown(self, token: Token) -> QueryError:
        hint = instead_of(token.name, token.text)
        return self._error(f"There is no field “{token.name}”.", token, token.name, hint)

    def _sum(self) -> Weighted | None:
        """Read a sum if one begins here, else nothing."""
        if self.at < self.no_sum_before:
            return None
        start, parts, marked, sign = self.at, [], False, 1.0
        while (token := self._peek()) and (part := self._part(token)):
            parts.append(Part(sign * part.weight, part.of))
            marked = marked or token.kind is Kind.FIELD
            self.at += 1
            following = self._peek()
            if following is None or following.kind is not Kind.SIGN:
                break
            sign = -1.0 if following.text == "-" else 1.0
            self.at += 1
        if not marked or self.at - start < 2:
            self.at, self.no_sum_before = start, self.at
            return None
        if (last := self.tokens[self.at - 1]).kind is Kind.SIGN:
            if token and token.kind is Kind.FIELD:
                self._fact(token)  # where its value is wrong, this says so
            hint = 'A sum is of texts and similar photos: similar:12 + 2:"at night" - fence.'
            raise self._error("Nothing that can be added follows this sign.", last, allowed=hint)
        return Weighted(tuple(parts))

    def _part(self, token: Token) -> Part | None:
        if token.kind is Kind.WORD or token.kind is Kind.CONNECTIVE:
            return Part(1.0, Words(token.text))
        if token.kind is Kind.PHRASE:
            return Part(1.0, Words(self._inside(token)))
        if token.kind is not Kind.FIELD:
            return None
        if WEIGHT.fullmatch(token.name) and float(token.name):
            return self._weighted_part(token)
        similar = self._similar(token.name, token.text)
        return Part(1.0, similar) if similar else None

    def _weighted_part(self, token: Token) -> Part | None:
        weight, text = float(token.name), token.text.strip()
        name, _, value = text.partition(":")
        if not token.quoted and (similar := self._similar(name, value)):
            return Part(weight, similar)
        if not text or (text[0].isdigit() and not token.quoted):
            return None  # 10:30 is a time of day
        return Part(weight, Words(text))

    def _similar(self, name: str, value: str) -> Similar | None:
        operator = operator_of(name)
        try:
            return operator.read(value) if isinstance(operator, PhotoOperator) else None
        except BadValue:
            return None

    def _inside(self, token: Token) -> str:
        if not (text := token.text.strip()):
            raise self._error("There is nothing between these quotes.", token)
        return text

    def _conjunction(self, items: list[Node]) -> Node:
        """Join what must all be so, the loose words among it as one text where the first of them stands."""
        every = flat(items, And)
        loose = [item for item in every if isinstance(item, Words) and not item.exact]
        if loose and any(isinstance(item, Weighted) for item in every):
            hint = 'In a sum, several words go in quotes: similar:12 + "at night".'
            raise QueryError(
                "These words belong to no part of the sum.", self.source, 0, len(self.source), allowed=hint
            )
        kept = [item for item in every if not isinstance(item, Words) or item.exact]
        if loose:
            text = Words(" ".join(item.text for item in loose))
            kept.insert(every.index(loose[0]), text)  # before it stands nothing that is not kept
        return kept[0] if len(kept) == 1 else And(tuple(kept))

    def _peek(self, ahead: int = 0) -> Token | None:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else None

    def _next(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _error(self, problem: str, token: Token, field: str = "", allowed: str = "") -> QueryError:
        value = token.text if field else ""
        return QueryError(problem, self.source, token.start, token.end, field=field, value=value, allowed=allowed)

    def _error_anywhere(self, problem: str, allowed: str = "") -> QueryError:
        return QueryError(problem, self.source, 0, len(self.source), allowed=allowed)

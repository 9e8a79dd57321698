"""Whether one tree of values (JSON, YAML) or elements (XML) is what another is after parts of it were left out."""


# Arrays of so many objects are records: what all of them have, each keeps. In YAML this holds for values that are scalars.
MIN_RECORDS = 4


class Broken(Exception):
    """A promise that a shortened document does not keep; the message says which and where."""


def is_subsequence(part, whole):
    rest = iter(whole)
    return all(any(a == b for b in rest) for a in part)


def is_shortened(part, whole):
    """Whether `part` is `whole` with words or characters left out, white space aside."""
    return is_subsequence("".join(part.split()), "".join(whole.split()))


def mismatch(whole, part, path, required=frozenset(), scalars_only=False):
    """Why `part` is not what is left of `whole`, or None. Objects keep the `required` keys."""
    if type(whole) is not type(part):
        return f"{path}: {type(whole).__name__} became {type(part).__name__}"
    if isinstance(whole, dict):
        return object_mismatch(whole, part, path, required, scalars_only)
    if isinstance(whole, list):
        return array_mismatch(whole, part, path, scalars_only)
    if isinstance(whole, str):
        return None if part == whole or is_shortened(part, whole) else f"{path}: the string is not from the original"
    return None if part == whole else f"{path}: {whole!r} became {part!r}"


def object_mismatch(whole, part, path, required, scalars_only):
    if missing := required - part.keys():
        return f"{path}: key {sorted(missing, key=str)[0]!r}, which every record has, is lost"
    if not is_subsequence(part, whole):
        return f"{path}: keys that the original lacks or has in another order"
    for key, value in part.items():
        if found := mismatch(whole[key], value, f"{path}.{key}", scalars_only=scalars_only):
            return found
    return None


def required_keys(elements, scalars_only):
    if len(elements) < MIN_RECORDS or not all(isinstance(element, dict) for element in elements):
        return frozenset()
    return frozenset.intersection(*(
        frozenset(key for key, value in element.items() if not (scalars_only and isinstance(value, (dict, list))))
        for element in elements))


def array_mismatch(whole, part, path, scalars_only):
    """Elements match a subsequence of the original's; the earliest match leaves most for the rest."""
    required = required_keys(whole, scalars_only)
    rest = iter(whole)
    for number, element in enumerate(part):
        first = None
        for candidate in rest:
            found = mismatch(candidate, element, f"{path}[{number}]", required, scalars_only)
            if found is None:
                break
            first = first or found
        else:
            return f"{path}[{number}] is no element of the original ({first})"
    return None


def check_part(whole, part, path, scalars_only=False):
    if found := mismatch(whole, part, path, scalars_only=scalars_only):
        raise Broken(found)


def element_mismatch(whole, part):
    """XML: the same name, attributes of the original, text shortened, children a subsequence."""
    if whole.tag != part.tag:
        return f"<{whole.tag}> became <{part.tag}>"
    if not part.attrib.items() <= whole.attrib.items():
        return f"<{part.tag}> has other attributes"
    if not is_shortened(part.text or "", whole.text or ""):
        return f"<{part.tag}> has other text"
    rest = iter(whole)
    for child in part:
        first = None
        for candidate in rest:
            found = element_mismatch(candidate, child)
            if found is None:
                break
            first = first or found
        else:
            return f"<{child.tag}> in <{part.tag}> is no child of the original ({first})"
    return None


def check_element(whole, part):
    if found := element_mismatch(whole, part):
        raise Broken(found)

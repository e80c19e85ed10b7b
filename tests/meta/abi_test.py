# SPDX-License-Identifier: Apache-2.0
"""The ABI as its authors see it. Each struct is frozen in tests/abi/frozen_1_0.h, and each array
can be walked by a reader of another minor: its elements never grow, or the request names their
size. The headers need nothing but the standard library."""

import re

import tree

STRUCT = re.compile(
    r"^typedef struct (\w+) \{\n(.*?)^\} \1;|^struct (\w+) \{\n(.*?)^\};", re.M | re.S
)
ARRAY = re.compile(r"const (\w+)\* ?(\w+)(?:;|,)\s+uint64_t (\w*)(?:count|argc)\b")
STRIDE = re.compile(r"uint32_t \w+_size;\s+/\* sizeof\((\w+)\) of the caller: the stride \*/")


def headers():
    return {
        path.name: tree.text(path)
        for path in tree.files()
        if str(path).startswith("sdk/include/gantry/abi/")
    }


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def structs():
    for text in headers().values():
        for match in STRUCT.finditer(without_comments(text)):
            yield match[1] or match[3], match[2] or match[4]


def fields(body):
    for declaration in body.split(";"):
        pointer = re.search(r"\(\*(\w+)\)\(", declaration)
        plain = re.search(r"(\w+)\s*$", declaration)
        if declaration.strip():
            yield pointer[1] if pointer else plain[1]


FROZEN = tree.text("tests/abi/frozen_1_0.h")
NEVER_GROW = set(re.findall(r"FROZEN_SIZE\((\w+), \d+\);", FROZEN))
MAY_GROW = set(re.findall(r"FROZEN_GROWS\((\w+), \d+, \w+\);", FROZEN))
STRIDED = {name for text in headers().values() for name in STRIDE.findall(text)}


def test_there_are_structs_and_arrays():
    assert len(dict(structs())) > 20
    assert STRIDED == {"gantry_attachment", "gantry_port_mapping"}


def test_a_struct_grows_only_if_its_size_is_told():
    for name, body in structs():
        if name in STRIDED or next(fields(body)) == "struct_size":
            assert name in MAY_GROW, f"{name}: freeze it with FROZEN_GROWS"
        else:
            assert name in NEVER_GROW, f"{name}: freeze it with FROZEN_SIZE"


def test_each_field_is_frozen():
    for name, body in structs():
        for field in fields(body):
            assert f"FROZEN_FIELD({name}, {field}, " in FROZEN, f"{name}.{field}"


def test_elements_of_arrays_never_grow_or_have_a_stride():
    arrays = [a for text in headers().values() for a in ARRAY.findall(without_comments(text))]
    assert len(arrays) >= 12
    for element, name, _ in arrays:
        assert element in NEVER_GROW | STRIDED, f"array {name} of {element} has no stride"


def test_what_authors_include_needs_the_standard_library_alone():
    for path in tree.files():
        if not str(path).startswith("sdk/include/"):
            continue
        for name in re.findall(r'^\s*#\s*include\s*["<]([^">]+)[">]', tree.text(path), re.M):
            standard = re.fullmatch(r"[a-z_]+|stdint\.h", name)
            assert name.startswith("gantry/") or standard, f"{path} includes {name}"

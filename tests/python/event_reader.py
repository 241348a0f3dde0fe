"""Event files read back, from the formats' descriptions alone: records, checksums and protocol buffers."""

import pathlib
import struct

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return (crc >> 15 | crc << 17) + 0xA282EAD8 & 0xFFFFFFFF


def records(path):
    data, at = pathlib.Path(path).read_bytes(), 0
    while at < len(data):
        length, check = struct.unpack_from("<QI", data, at)
        assert masked(data[at:at + 8]) == check
        body = data[at + 12:at + 12 + length]
        assert len(body) == length and masked(body) == struct.unpack_from("<I", data, at + 12 + length)[0]
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at


def fields(data):
    """Field number -> list of values: integers, or bytes."""
    out, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            if key & 7 == 2:
                size, at = varint(data, at)
            else:
                size = {1: 8, 5: 4}[key & 7]
            value, at = data[at:at + size], at + size
        out.setdefault(key >> 3, []).append(value)
    return out


def values(path):
    """(step, tag, the value's fields) of all summaries."""
    for body in records(path):
        event = fields(body)
        for summary in event.get(5, []):
            for value in fields(summary)[1]:
                value = fields(value)
                yield event.get(2, [0])[0], value[1][0].decode(), value

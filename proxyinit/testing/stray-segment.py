# Sends one TCP segment that belongs to no connection, and waits for what comes back to its port.
# python3 stray-segment.py FROM TO PORT FLAGS: prints the answer's flags as a number (4: RST), or nothing after half a second.
import socket
import struct
import sys

source, target, port, flags = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
OWN_PORT = 41000
SEQUENCE, ACKNOWLEDGED = 1000, 2000


def checksum(data):
    words = struct.unpack("!%dH" % (len(data) // 2), data)
    total = sum(words)
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


family = socket.AF_INET6 if ":" in target else socket.AF_INET
raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP)
raw.bind((source, 0))
raw.settimeout(0.5)

header = struct.pack("!HHIIBBHHH", OWN_PORT, port, SEQUENCE, ACKNOWLEDGED, 5 << 4, flags, 1024, 0, 0)
pseudo = socket.inet_pton(family, source) + socket.inet_pton(family, target)
pseudo += struct.pack("!II", len(header), socket.IPPROTO_TCP)
segment = header[:16] + struct.pack("!H", checksum(pseudo + header)) + header[18:]
raw.sendto(segment, (target, 0))

try:
    while True:
        answer = raw.recv(2048)
        if family == socket.AF_INET:
            answer = answer[(answer[0] & 0x0F) * 4 :]
        sport, dport = struct.unpack("!HH", answer[:4])
        if (sport, dport) == (port, OWN_PORT):
            print(answer[13] & 0x04)
            break
except TimeoutError:
    pass

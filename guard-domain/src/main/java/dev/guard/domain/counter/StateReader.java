package dev.guard.domain.counter;

import dev.guard.domain.CorruptStateException;
import java.nio.charset.StandardCharsets;

/**
 * Reads what {@link StateWriter} wrote, and nothing else: every number has one form, and a range that the reader names. Nothing
 * is allocated for a length before as many bytes were seen.
 */
final class StateReader {

    private final byte[] bytes;
    private int position;

    StateReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** One byte, 0 to 255. */
    int octet(String what) {
        if (position == bytes.length) {
            throw corrupt("the end stands where " + what + " should be", "more bytes");
        }
        return bytes[position++] & 0xff;
    }

    /** A number from {@code least} ≥ 0 to {@code most}. */
    long number(String what, long least, long most) {
        return inRange(what, unsigned(what), least, most);
    }

    /** A number that may be below 0. */
    long signed(String what, long least, long most) {
        long value = unsigned(what);
        return inRange(what, (value >>> 1) ^ -(value & 1), least, most);
    }

    /** How many elements follow, each of which takes a byte at least. */
    int count(String what, int least, int most) {
        long count = unsigned(what);
        return (int) inRange(what, count, least, Math.min(most, Math.max(least, bytes.length - position)));
    }

    /** A text of ASCII. */
    String text(String what) {
        int length = octet("the length of " + what);
        if (length > Byte.MAX_VALUE || length > bytes.length - position) {
            throw corrupt(what + " has " + length + " bytes", "at most 127, and no more than follow");
        }
        for (int i = position; i < position + length; i++) {
            if (bytes[i] < 0) {
                throw corrupt(what + " has a byte above 127", "ASCII");
            }
        }
        String text = new String(bytes, position, length, StandardCharsets.US_ASCII);
        position += length;
        return text;
    }

    void end() {
        if (position != bytes.length) {
            throw corrupt((bytes.length - position) + " bytes follow", "the end");
        }
    }

    /** The error of a value that is not what the writer makes. */
    CorruptStateException corrupt(String found, String expected) {
        return new CorruptStateException("counter state of " + bytes.length + " bytes: before byte " + position + ", "
                + found + "; expected " + expected);
    }

    private long inRange(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw corrupt(what + ": " + value, least + " to " + most);
        }
        return value;
    }

    private long unsigned(String what) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int octet = octet(what);
            value |= (octet & 0x7fL) << shift;
            if (octet < 0x80) {
                boolean shortest = octet != 0 || shift == 0;
                boolean fits = shift < 63 || octet == 1;
                if (!shortest || !fits) {
                    break;
                }
                return value;
            }
        }
        throw corrupt(what + " is not in its shortest form", "a number of 64 bits in base 128");
    }
}

package dev.guard.hazelcast;

import java.util.Arrays;

/** Bytes that grow at the end, as commands and replies are sent. {@link WireReader} reads them. */
final class WireWriter {

    private byte[] bytes;
    private int length;

    WireWriter(int capacity) {
        this.bytes = new byte[capacity];
    }

    /** One byte, the lowest eight bits of {@code value}. */
    WireWriter octet(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /** Any number, in base 128 with the lowest digits first: one byte from 0 to 127, ten below 0. */
    WireWriter number(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[length++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
        return this;
    }

    /** Any number, in eight bytes. */
    WireWriter fixed(long value) {
        reserve(Long.BYTES);
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    /** Any text: its length and its characters, lone surrogates too. */
    WireWriter text(String text) {
        number(text.length());
        for (int i = 0; i < text.length(); i++) {
            number(text.charAt(i));
        }
        return this;
    }

    /** Bytes behind their length. */
    WireWriter block(byte[] block) {
        number(block.length);
        reserve(block.length);
        System.arraycopy(block, 0, bytes, length, block.length);
        length += block.length;
        return this;
    }

    byte[] toBytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}

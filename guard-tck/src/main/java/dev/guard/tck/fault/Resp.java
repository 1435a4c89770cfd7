package dev.guard.tck.fault;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** What a server knows of RESP: commands as they come, and replies as bytes. */
final class Resp {

    private static final byte[] END = {'\r', '\n'};

    private Resp() {}

    // ─── Commands ───────────────────────────────────────────────────────────────────────────────

    /**
     * Reads a command: an array of bulk strings.
     *
     * @throws EOFException if the stream ends before the command does
     * @throws IOException if what comes is no command
     */
    static List<byte[]> command(InputStream in) throws IOException {
        long size = number(in, '*');
        List<byte[]> parts = new ArrayList<>();
        for (long i = 0; i < size; i++) {
            int length = Math.toIntExact(number(in, '$'));
            parts.add(bytes(in, length));
            bytes(in, END.length);
        }
        return parts;
    }

    /** A command as it is sent. */
    static byte[] request(List<byte[]> parts) {
        List<byte[]> all = new ArrayList<>(List.of(line('*', String.valueOf(parts.size()))));
        parts.forEach(part -> all.add(bulk(part)));
        return concat(all);
    }

    // ─── Replies ────────────────────────────────────────────────────────────────────────────────

    static byte[] line(char type, String text) {
        return (type + text + "\r\n").getBytes(UTF_8);
    }

    static byte[] bulk(byte[] value) {
        return concat(List.of(line('$', String.valueOf(value.length)), value, END));
    }

    static byte[] concat(List<byte[]> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        parts.forEach(out::writeBytes);
        return out.toByteArray();
    }

    /**
     * Reads a whole reply of RESP2 and leaves it as it is.
     *
     * @throws EOFException if the stream ends before the reply does
     * @throws IOException if what comes is no reply
     */
    static byte[] reply(InputStream in) throws IOException {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        copyReply(in, reply);
        return reply.toByteArray();
    }

    private static void copyReply(InputStream in, ByteArrayOutputStream reply) throws IOException {
        byte[] line = line(in);
        reply.writeBytes(line);
        reply.writeBytes(END);
        switch (line.length == 0 ? 0 : line[0]) {
            case '+', '-', ':' -> {}
            case '$' -> {
                long length = number(line);
                if (length >= 0) {
                    reply.writeBytes(bytes(in, Math.toIntExact(length + END.length)));
                }
            }
            case '*' -> {
                long size = number(line);
                for (long i = 0; i < size; i++) {
                    copyReply(in, reply);
                }
            }
            default -> throw new IOException("expected a reply of RESP2, got '" + new String(line, ISO_8859_1) + "'");
        }
    }

    // ─── Bytes ──────────────────────────────────────────────────────────────────────────────────

    private static long number(InputStream in, char type) throws IOException {
        byte[] line = line(in);
        if (line.length == 0 || line[0] != type) {
            throw new IOException("expected '" + type + "' and a number, got '" + new String(line, ISO_8859_1) + "'");
        }
        return number(line);
    }

    /** The number behind the type. */
    private static long number(byte[] line) throws IOException {
        String text = new String(line, 1, line.length - 1, ISO_8859_1);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("expected a number, got '" + text + "'", e);
        }
    }

    private static byte[] bytes(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the other side ended within a string");
        }
        return bytes;
    }

    /** A line without its end. */
    private static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        while (next != '\r') {
            if (next < 0) {
                throw new EOFException("the other side ended within a line, or before it");
            }
            line.write(next);
            next = in.read();
        }
        if (in.read() != '\n') {
            throw new IOException("a line has a CR without LF");
        }
        return line.toByteArray();
    }
}

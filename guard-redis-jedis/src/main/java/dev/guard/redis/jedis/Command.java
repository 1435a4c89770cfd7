package dev.guard.redis.jedis;

import java.util.Iterator;
import java.util.NoSuchElementException;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.args.Rawable;

/**
 * A command as Jedis writes it, part by part, without a copy and without an object for each part. One command after the other may be
 * put into it, by one thread at a time, and each can be written once at a time.
 */
final class Command extends CommandArguments {

    private static final byte[][] NONE = {};

    private final Cursor cursor = new Cursor();
    private byte[][] parts = NONE;

    Command() {
        // Jedis asks for a name, and no more for it once the methods below answer for the parts.
        super(Protocol.Command.PING);
    }

    /** Puts a command into it. */
    Command of(byte[]... command) {
        parts = command;
        return this;
    }

    /** Lets go of the command. */
    void clear() {
        parts = NONE;
    }

    @Override
    public int size() {
        return parts.length;
    }

    @Override
    public Iterator<Rawable> iterator() {
        cursor.next = 0;
        return cursor;
    }

    /** Stands for all parts, one after the other. */
    private final class Cursor implements Iterator<Rawable>, Rawable {

        private int next;

        @Override
        public boolean hasNext() {
            return next < parts.length;
        }

        /** The next part, until the one after it is asked for. */
        @Override
        public Rawable next() {
            if (next >= parts.length) {
                throw new NoSuchElementException();
            }
            next++;
            return this;
        }

        @Override
        public byte[] getRaw() {
            return parts[next - 1];
        }
    }
}

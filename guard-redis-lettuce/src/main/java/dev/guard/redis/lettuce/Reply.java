package dev.guard.redis.lettuce;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers a reply in the forms of RESP2: {@code byte[]}, {@link Long}, {@link List} and null. What only RESP3 has becomes what RESP2
 * has for it, for connections that were opened by somebody else.
 */
class Reply extends CommandOutput<byte[], byte[], @Nullable Object> {

    /** The most elements that are made room for before they arrive. */
    private static final int MOST_ROOM = 1_024;

    /** The array that is being filled; null outside of one. */
    private @Nullable Unfilled innermost;

    @SuppressWarnings("NullAway") // Nothing has arrived, and Lettuce's constructor says nothing about null.
    Reply() {
        super(ByteArrayCodec.INSTANCE, null);
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        if (bytes == null) {
            add(null);
        } else {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            add(copy);
        }
    }

    @Override
    public void set(long integer) {
        add(integer);
    }

    @Override
    public void set(double number) {
        add(Double.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void set(boolean value) {
        add(value ? 1L : 0L);
    }

    @Override
    public void multi(int count) {
        if (count < 0) {
            add(null);
        } else if (count == 0) {
            add(new ArrayList<>());
        } else {
            innermost = new Unfilled(count, innermost);
        }
    }

    @SuppressWarnings("NullAway") // A reply may be null.
    private void add(@Nullable Object value) {
        Object arrived = value;
        while (innermost != null) {
            Unfilled array = innermost;
            array.elements.add(arrived);
            if (array.elements.size() < array.size) {
                return;
            }
            arrived = array.elements;
            innermost = array.outer;
        }
        output = arrived;
    }

    /** An array of which elements are missing. */
    private static final class Unfilled {

        private final int size;
        private final List<@Nullable Object> elements;
        private final @Nullable Unfilled outer;

        Unfilled(int size, @Nullable Unfilled outer) {
            this.size = size;
            this.elements = new ArrayList<>(Math.min(size, MOST_ROOM));
            this.outer = outer;
        }
    }
}

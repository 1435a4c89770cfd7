package dev.guard.redis.jedis;

import dev.guard.redis.RedisErrorReply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.KeyValue;

/**
 * Replies as RESP2 has them, whatever protocol a client that was handed in speaks. An error inside of a list, which no command of
 * guard's is answered with, is a {@link RedisErrorReply} in it.
 */
final class Replies {

    private Replies() {}

    static @Nullable Object plain(@Nullable Object reply) {
        if (reply == null || reply instanceof byte[] || reply instanceof Long) {
            return reply;
        }
        if (reply instanceof List<?> list) {
            return isPlain(list) ? list : plainList(list);
        }
        if (reply instanceof Boolean truth) {
            return truth ? 1L : 0L;
        }
        if (reply instanceof JedisDataException error) {
            return Failures.reply(error);
        }
        return reply.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a list is as RESP2 has it already, with all lists in it, and needs no copy. */
    private static boolean isPlain(List<?> list) {
        for (int i = 0; i < list.size(); i++) {
            Object element = list.get(i);
            boolean plain = element == null
                    || element instanceof byte[]
                    || element instanceof Long
                    || (element instanceof List<?> inner && isPlain(inner));
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    /** A map of RESP3 is a list of pairs to Jedis, and one list of keys and values to RESP2. */
    private static List<@Nullable Object> plainList(List<?> list) {
        List<@Nullable Object> plain = new ArrayList<>(list.size());
        for (Object element : list) {
            if (element instanceof KeyValue<?, ?> pair) {
                plain.add(plain(pair.getKey()));
                plain.add(plain(pair.getValue()));
            } else {
                plain.add(plain(element));
            }
        }
        return plain;
    }
}

package dev.guard.redis.jedis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.args.Rawable;
import redis.clients.jedis.commands.ProtocolCommand;

/** Commands as bytes, and as Jedis has them. */
final class Commands {

    private Commands() {}

    static byte[][] of(String... parts) {
        return Arrays.stream(parts)
                .map(part -> part.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    static CommandArguments arguments(byte[]... parts) {
        ProtocolCommand name = () -> parts[0];
        CommandArguments arguments = new CommandArguments(name);
        for (byte[] part : Arrays.asList(parts).subList(1, parts.length)) {
            Rawable argument = () -> part;
            arguments.add(argument);
        }
        return arguments;
    }
}

package dev.guard.redis.jedis;

import static dev.guard.redis.jedis.Calls.bytes;
import static dev.guard.redis.jedis.Calls.parts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.args.Rawable;
import redis.clients.jedis.util.RedisOutputStream;

class CommandTest {

    private final Command command = new Command();

    private byte[] written() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        RedisOutputStream out = new RedisOutputStream(bytes);
        Protocol.sendCommand(out, command);
        out.flush();
        return bytes.toByteArray();
    }

    @Test
    @DisplayName("Jedis writes the parts as they are, as often as it is asked to, and one command after the other")
    void asWritten() throws IOException {
        command.of(parts("SET", "k", "v\r\n"));
        byte[] set = bytes("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\nv\r\n\r\n");
        assertThat(written()).isEqualTo(set);
        assertThat(written()).isEqualTo(set);

        command.of(parts("PING"));
        assertThat(written()).isEqualTo(bytes("*1\r\n$4\r\nPING\r\n"));

        command.clear();
        assertThat(written()).isEqualTo(bytes("*0\r\n"));
    }

    @Test
    @DisplayName("there is nothing after the last part")
    void end() {
        Iterator<Rawable> parts = command.of(parts("GET", "k")).iterator();
        assertThat(parts.next().getRaw()).isEqualTo(bytes("GET"));
        assertThat(parts.next().getRaw()).isEqualTo(bytes("k"));
        assertThat(parts.hasNext()).isFalse();
        assertThatThrownBy(parts::next).isInstanceOf(NoSuchElementException.class);
    }
}

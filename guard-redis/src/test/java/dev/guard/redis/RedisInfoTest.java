package dev.guard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a server says of itself")
class RedisInfoTest {

    @Test
    @DisplayName("is lines of names and values; headings and what is empty are nothing")
    void lines() {
        RedisInfo info =
                RedisInfo.of("# Server\r\nredis_version:7.0.15\r\n\r\n# Memory:x\r\nexecutable:/a:b\r\nempty:\r\n:x\r\n"
                        + "maxmemory: 12 \nredis_version:6.0.0\n");
        assertThat(info.text("redis_version")).hasValue("7.0.15");
        assertThat(info.text("executable")).hasValue("/a:b");
        assertThat(info.number("maxmemory")).hasValue(12);
        assertThat(info.text("empty")).isEmpty();
        assertThat(info.text("# Memory")).isEmpty();
        assertThat(info.text("")).isEmpty();
        assertThat(info.text("absent")).isEmpty();
    }

    @Test
    @DisplayName("is no number where it is none that a server could mean")
    void numbers() {
        RedisInfo info = RedisInfo.of("a:-1\nb:1e3\nc:12345678901234567890\nd:x\ne:0\nf:999999999999999999");
        assertThat(info.number("a")).isEmpty();
        assertThat(info.number("b")).isEmpty();
        assertThat(info.number("c")).isEmpty();
        assertThat(info.number("d")).isEmpty();
        assertThat(info.number("absent")).isEmpty();
        assertThat(info.number("e")).hasValue(0);
        assertThat(info.number("f")).hasValue(999_999_999_999_999_999L);
    }

    @Test
    @DisplayName("is nothing where the reply is no text, nor a value that no server would write")
    void strange() {
        assertThat(RedisInfo.read(null).text("a")).isEmpty();
        assertThat(RedisInfo.read(List.of()).text("a")).isEmpty();
        assertThat(RedisInfo.read("a:b".getBytes(StandardCharsets.UTF_8)).text("a"))
                .hasValue("b");
        assertThat(RedisInfo.of("a:" + "b".repeat(201)).text("a")).isEmpty();
    }
}

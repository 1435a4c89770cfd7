package dev.guard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.redis.RedisUrl.Host;
import dev.guard.redis.RedisUrl.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A Redis URL")
class RedisUrlTest {

    private static final String SETTING = "backends.redis.url";

    @Test
    @DisplayName("of a host alone means port 6379, database 0, no password, no TLS and a second of patience")
    void hostAlone() {
        assertThat(parse("redis://store.example"))
                .isEqualTo(new RedisUrl(
                        Topology.STANDALONE,
                        false,
                        List.of(new Host("store.example", 6379)),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        "",
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    @DisplayName("B10 has TLS, an ACL user, a password, a database number and two timeouts")
    void everything() {
        RedisUrl url = parse(
                "rediss://gu%61rd:p%40ss%2Fw%C3%B6rd@store.example:6380/3?timeout=250ms&connect_timeout=2s&ca=%2Fetc/ca.pem");
        assertThat(url.topology()).isEqualTo(Topology.STANDALONE);
        assertThat(url.tls()).isTrue();
        assertThat(url.hosts()).containsExactly(new Host("store.example", 6380));
        assertThat(url.user()).contains("guard");
        assertThat(url.password()).contains("p@ss/wörd");
        assertThat(url.database()).isEqualTo(3);
        assertThat(url.timeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(url.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(url.ca()).contains("/etc/ca.pem");
        assertThat(url)
                .hasToString("rediss://guard:***@store.example:6380/3?ca=/etc/ca.pem&timeout=250ms&connect_timeout=2s");
        assertThat(url.address()).isEqualTo("store.example:6380");
    }

    @Test
    @DisplayName("B10 may have a password without a user, or a user without a password")
    void passwordOrUserAlone() {
        assertThat(parse("redis://:secret:er@localhost"))
                .returns(Optional.empty(), RedisUrl::user)
                .returns(Optional.of("secret:er"), RedisUrl::password)
                .hasToString("redis://***@localhost:6379");
        assertThat(parse("redis://guard@localhost"))
                .returns(Optional.of("guard"), RedisUrl::user)
                .returns(Optional.empty(), RedisUrl::password)
                .hasToString("redis://***@localhost:6379");
    }

    @Test
    @DisplayName("D9 of sentinels names the primary, and what the sentinels ask for")
    void sentinels() {
        RedisUrl url = parse(
                "rediss-sentinel://guard:secret@one,two:26380,[::1]/2?master=my%20primary&sentinel_user=watch&sentinel_password=hid%26den");
        assertThat(url.topology()).isEqualTo(Topology.SENTINEL);
        assertThat(url.tls()).isTrue();
        assertThat(url.hosts()).containsExactly(new Host("one", 26379), new Host("two", 26380), new Host("::1", 26379));
        assertThat(url.master()).isEqualTo("my primary");
        assertThat(url.database()).isEqualTo(2);
        assertThat(url.sentinelUser()).contains("watch");
        assertThat(url.sentinelPassword()).contains("hid&den");
        assertThat(url)
                .hasToString("rediss-sentinel://guard:***@one:26379,two:26380,[::1]:26379/2?master=my%20primary"
                        + "&sentinel_user=watch&sentinel_password=***");
    }

    @Test
    @DisplayName("D9 of a cluster names servers to begin with, and has database 0")
    void cluster() {
        RedisUrl url = parse("redis-cluster://10.0.0.1:7001,10.0.0.2/0");
        assertThat(url.topology()).isEqualTo(Topology.CLUSTER);
        assertThat(url.hosts()).containsExactly(new Host("10.0.0.1", 7001), new Host("10.0.0.2", 6379));
        assertThat(url).hasToString("redis-cluster://10.0.0.1:7001,10.0.0.2:6379");
        assertRefused("redis-cluster://10.0.0.1/1", "the database is 1, expected 0");
    }

    @Test
    @DisplayName("of a socket has its path, and the database as a parameter")
    void socket() {
        RedisUrl url = parse("redis-socket://:secret@/run/redis%20one.sock?db=1");
        assertThat(url.topology()).isEqualTo(Topology.STANDALONE);
        assertThat(url.socket()).contains("/run/redis one.sock");
        assertThat(url.password()).contains("secret");
        assertThat(url.database()).isEqualTo(1);
        assertThat(url.hosts()).isEmpty();
        assertThat(url).hasToString("redis-socket://***@/run/redis%20one.sock?db=1");
        assertThat(url.address()).isEqualTo("/run/redis one.sock");
        assertRefused("redis-socket://host/run/redis.sock", "expected no host, but the path of a socket");
        assertRefused("redis-socket:///", "the path of a socket begins with / and names a file");
    }

    @ParameterizedTest(name = "''{0}''")
    @DisplayName("reads IPv6 addresses in brackets")
    @CsvSource({
        "[::1]:7000, ::1, 7000",
        "[::], ::, 6379",
        "[2001:DB8::7], 2001:DB8::7, 6379",
        "[1:2:3:4:5:6:7:8], 1:2:3:4:5:6:7:8, 6379",
        "[1:2:3:4:5:6:10.0.0.1], 1:2:3:4:5:6:10.0.0.1, 6379",
        "[::ffff:10.0.0.1], ::ffff:10.0.0.1, 6379"
    })
    void addresses6(String text, String address, int port) {
        assertThat(parse("redis://" + text).hosts()).containsExactly(new Host(address, port));
    }

    @ParameterizedTest(name = "''{0}''")
    @DisplayName("refuses what is no host")
    @ValueSource(
            strings = {
                "",
                ":6379",
                "ho st",
                "a..b",
                ".a",
                "h%41",
                "h*",
                "::1",
                "[::1",
                "[]",
                "[1]",
                "[::1%25eth0]",
                "[1:2]",
                "[:::]",
                "[1::2::3]",
                "[12345::]",
                "[1:2:3:4:5:6:7:8:9]",
                "[1:2:3:4:5:6:7::8]",
                "[::10.0.0.256]",
                "[::10.0.0.01]",
                "[::10.0.0]",
                "[::g]"
            })
    void badHosts(String host) {
        assertThatThrownBy(() -> parse("redis://" + host))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageContaining("expected ");
    }

    @ParameterizedTest(name = "''{0}''")
    @DisplayName("refuses what is no port, without quoting it")
    @ValueSource(strings = {"0", "65536", "999999999999", "63e1", "x", "-1", ""})
    void badPorts(String port) {
        assertThatThrownBy(() -> parse("redis://h:" + port))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage(
                        SETTING + " is 'redis://***': expected a port from 1 to 65535 behind the : of a host, or no :");
        assertRefused("redis://u:p@[::1]:" + port, "a port from 1 to 65535");
        assertRefused("redis://[::1]6379", "a port from 1 to 65535");
    }

    @ParameterizedTest(name = "''{0}''")
    @DisplayName("refuses a scheme that is not one of its own, and names them")
    @ValueSource(
            strings = {"http://h", "localhost:6379", "", "redis:/h", "://h", "redis+sentinel://h", "REDISS-SOCKET:///s"
            })
    void badSchemes(String text) {
        assertRefused(text, "redis://, rediss://, redis-sentinel://, rediss-sentinel://, redis-cluster://");
    }

    @Test
    @DisplayName("refuses an unknown parameter by its name, and lists the known ones")
    void unknownParameter() {
        assertRefused(
                "redis://localhost:6379?tmeout=1s",
                "backends.redis.url is 'redis://***': unknown parameter 'tmeout', expected one of timeout, connect_timeout");
        assertRefused("redis://u:p@h?master=m", "redis://***@h…': unknown parameter 'master'");
        assertRefused("redis-sentinel://h?db=1", "timeout, connect_timeout, master, sentinel_user, sentinel_password");
        assertRefused("redis://h?password=hunter2", "unknown parameter 'password'");
        assertRefused("redis://h?ca=/ca.pem", "unknown parameter 'ca'");
    }

    @ParameterizedTest(name = "''{0}''")
    @DisplayName("refuses a parameter with a value that says nothing, and tells what it expected")
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://h?timeout=5 | the parameter timeout: '5' is not a duration: the unit is missing",
                "redis://h?timeout=0s | the parameter timeout: '0s' is no time at all",
                "redis://h?timeout=999us | timeout is PT0.000999S, expected a duration from 1ms to 1h",
                "redis://h?connect_timeout=2h | connect_timeout is PT2H, expected a duration from 1ms to 1h",
                "redis://h?timeout= | the parameter timeout has no value",
                "redis://h?timeout=1s&timeout=1s | the parameter timeout is there twice",
                "redis-sentinel://h | expected the parameter master",
                "redis-sentinel://h?master= | the parameter master has no value",
                "redis-sentinel://h?master=m&sentinel_user=u | expected a password with it",
                "redis-socket:///s?db=one | in the parameter db, the database",
                "redis://h/one | expected the database",
                "redis://h/-1 | expected the database",
                "redis://h/1/2 | expected the database",
                "redis://h/1234567890 | expected the database",
                "redis://a,b | expected one host",
                "redis://h#1 | expected no #",
                "redis://@h | expected a user or a password before the @",
                "redis://:@h | expected a password between : and @",
                "redis://u:@h | expected a password between : and @",
                "redis://u%4:p@h | expected two hexadecimal digits behind each % in the user",
                "redis://u:p%zz@h | expected two hexadecimal digits behind each % in the password",
                "redis://u:p%ff@h | expected UTF-8 in the password",
                "redis://u:p@a@h | expected one @",
            })
    void badText(String text, String problem) {
        assertRefused(text, problem);
    }

    @Test
    @DisplayName("may begin with capital letters, and end with an empty path or query")
    void tolerated() {
        assertThat(parse("REDIS://h/?")).isEqualTo(parse("redis://h"));
    }

    @Test
    @DisplayName("built in code keeps the same rules")
    void builtInCode() {
        RedisUrl url = parse("redis://h");
        assertThatThrownBy(() -> withDatabase(url, -1)).hasMessage("the database is -1, expected 0 or more");
        assertThatThrownBy(() -> withDatabase(parse("redis-cluster://h"), 1)).hasMessageContaining("expected 0");
        assertThatThrownBy(() -> new Host("", 1)).isInstanceOf(GuardConfigurationException.class);
        assertThatThrownBy(() -> new Host("h", 0)).hasMessage("the port is 0, expected 1 to 65535");
    }

    private static RedisUrl withDatabase(RedisUrl url, int database) {
        return new RedisUrl(
                url.topology(),
                url.tls(),
                url.hosts(),
                url.socket(),
                url.user(),
                url.password(),
                database,
                url.master(),
                url.timeout(),
                url.connectTimeout(),
                url.sentinelUser(),
                url.sentinelPassword(),
                url.ca());
    }

    private static RedisUrl parse(String text) {
        return RedisUrl.parse(SETTING, text);
    }

    private static void assertRefused(String text, String problem) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageStartingWith(SETTING + " is '")
                .hasMessageContaining(problem)
                .hasNoCause();
    }
}

package dev.guard.testing.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisBinaryTest {

    @TempDir
    private Path folder;

    /** A program called redis-server that prints a line, whatever it is asked. */
    private String installed(String line) throws IOException {
        Path file = folder.resolve("redis-server");
        Files.writeString(file, "#!/bin/sh\necho '" + line + "'\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return folder.resolve("nothing-here") + File.pathSeparator + folder;
    }

    private static RedisBinary find(String searchPath) {
        return RedisBinary.find(searchPath, "any", binary -> true);
    }

    @Test
    @DisplayName("The server on the path comes first")
    void onPath() throws IOException {
        RedisBinary binary = find(installed("Redis server v=8.2.2 sha=0:0 malloc=libc bits=64 build=0"));
        assertThat(binary.version()).isEqualTo("8.2.2");
        assertThat(binary.origin()).endsWith("redis-server (PATH)");
        assertThat(binary.isAtLeast(7, 0)).isTrue();
        assertThat(binary.isAtLeast(8, 2)).isTrue();
        assertThat(binary.isAtLeast(8, 3)).isFalse();
        assertThat(binary.isAtLeast(9, 0)).isFalse();
    }

    @Test
    @DisplayName(
            "Where there is none on the path, or one that is too old or does not run, that of the artifact is taken")
    void artifact() throws IOException {
        for (String searchPath : new String[] {
            null, "", folder.toString(), installed("Redis server v=6.0.16 sha=0:0"), installed("cannot open libssl")
        }) {
            RedisBinary binary = find(searchPath);
            assertThat(binary.version()).isEqualTo("7.0.15");
            assertThat(binary.origin()).contains("org.signal:embedded-redis");
        }
    }

    @Test
    @DisplayName("The artifact of the lowest version has a server of 6.2")
    void floor() {
        RedisBinary binary =
                RedisBinary.find(null, "6.2", candidate -> candidate.version().startsWith("6.2."));
        assertThat(binary.isAtLeast(6, 2)).isTrue();
        assertThat(binary.isAtLeast(7, 0)).isFalse();
    }

    @Test
    @DisplayName("Where none fits the error lists what was looked at")
    void none() throws IOException {
        String searchPath = installed("Redis server v=7.4.1 sha=0:0");
        assertThatThrownBy(() -> RedisBinary.find(searchPath, "redis-server 99", binary -> false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Found no redis-server 99")
                .hasMessageContaining("(PATH) is 7.4.1")
                .hasMessageContaining("org.signal:embedded-redis) is 7.0.15")
                .hasMessageContaining("com.github.codemonstur:embedded-redis) is 6.2.");
    }
}

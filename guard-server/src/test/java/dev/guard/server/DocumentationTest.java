package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentationTest {

    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path directory;

    @Test
    @DisplayName("Every file that docs/server.md shows is one that the server reads")
    void examples() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "server.md"));
        List<String> examples =
                YAML.matcher(page).results().map(match -> match.group(1)).toList();

        assertThat(examples).hasSize(3);
        assertThat(PolicyReader.read(YamlFile.of("server.md", examples.get(0)))).isEqualTo(PolicyReader.sample());
        Files.writeString(directory.resolve("policies.yaml"), examples.get(1));
        Path config = Files.writeString(directory.resolve("guard.yaml"), examples.get(2));
        ServerFile file = ServerFile.read(config);
        assertThat(file.listening().maxBody()).isEqualTo(Listening.DEFAULT.maxBody());
        assertThat(file.policies().all()).hasSize(1);
        assertThatCode(() -> dev.guard.api.Guard.builder()
                        .backend("memory")
                        .mode(dev.guard.domain.FailureMode.LOCAL_ONLY)
                        .setting(
                                "backends.memory.max_keys_per_policy",
                                file.settings("memory").get("max_keys_per_policy"))
                        .build()
                        .close())
                .doesNotThrowAnyException();
    }
}

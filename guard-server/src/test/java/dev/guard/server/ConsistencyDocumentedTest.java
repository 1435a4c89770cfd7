package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.Consistency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConsistencyDocumentedTest {

    @Test
    @DisplayName("docs/failure.md quotes the sentences about consistency, all of them and word for word")
    void quoted() throws IOException {
        List<String> page = Files.readAllLines(Path.of("..", "docs", "failure.md"));
        String chapter = "## What a store promises, and what it does not";
        List<String> quoted = page.subList(page.indexOf(chapter), page.size()).stream()
                .filter(line -> line.startsWith("- "))
                .map(line -> line.substring(2))
                .toList();

        Map<String, List<String>> all = Consistency.all();
        assertThat(quoted)
                .containsExactlyElementsOf(
                        all.values().stream().flatMap(List::stream).toList());
    }
}

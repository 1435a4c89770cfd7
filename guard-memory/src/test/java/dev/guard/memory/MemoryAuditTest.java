package dev.guard.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.Finding.Severity;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The audit of the embedded backend")
class MemoryAuditTest {

    @Test
    @DisplayName("says what memory forgets, who does not share it and how much room there is, and refuses nothing")
    void audit() {
        try (MemoryBackend backend =
                MemoryBackend.open(BackendSettings.of("memory", Map.of(MemoryBackend.MAX_KEYS, "17")))) {
            Audit audit = backend.audit().toCompletableFuture().join();
            assertThat(audit.findings()).extracting(Finding::severity).containsOnly(Severity.INFO);
            assertThat(audit.findings()).extracting(Finding::check).containsExactly("persistence", "sharing", "memory");
            assertThat(audit.findings().get(2).found()).contains("17 keys");
            assertThat(audit.consistency()).containsExactly("memory");
        }
    }
}

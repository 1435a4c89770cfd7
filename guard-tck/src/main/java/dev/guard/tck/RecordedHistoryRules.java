package dev.guard.tck;

import dev.guard.domain.backend.Backend;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Example;
import net.jqwik.api.Label;
import org.opentest4j.AssertionFailedError;

/** The rule that no other can stand in for: answers do not change, from one release of guard to the next. */
public interface RecordedHistoryRules extends BackendContract {

    @Example
    @Label("S1 recorded histories get the answers that were recorded")
    default void recordedHistoriesGetTheRecordedAnswers() {
        for (RecordedHistory history : RecordedHistory.all()) {
            AtomicLong now = new AtomicLong(history.steps().get(0).time());
            InstantSource time = () -> Instant.EPOCH.plus(now.get(), ChronoUnit.MICROS);
            try (Backend backend = open(TckEnvironment.fresh().withStoreTime(time))) {
                for (int i = 0; i < history.steps().size(); i++) {
                    RecordedHistory.Step step = history.steps().get(i);
                    now.set(step.time());
                    String answer = answer(backend, step);
                    if (!answer.equals(step.answer())) {
                        throw new AssertionFailedError(
                                "What happened (times in us since the epoch):\n" + ledger(history, i)
                                        + "\nWhat is wrong:\n  the last step of recorded history " + history.number()
                                        + " is answered in another way\n  recorded: " + step.answer()
                                        + "\n  answered: " + answer,
                                step.answer(),
                                answer);
                    }
                }
            }
        }
    }

    private static String answer(Backend backend, RecordedHistory.Step step) {
        try {
            return RecordedHistory.text(
                    backend.counters().execute(List.of(step.operation())).get(0));
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    private static String ledger(RecordedHistory history, int last) {
        List<String> lines = history.text().lines().toList();
        return "  "
                + String.join("\n  ", lines.subList(1, 1 + history.policies().size() + last + 1));
    }
}

package dev.guard.hazelcast;

import com.hazelcast.core.EntryView;
import dev.guard.domain.Key;
import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.ExpiringCounters;
import dev.guard.tck.TckEnvironment;
import java.time.Duration;
import java.util.Optional;

/** Counters in one member keep the contract. */
class OneMemberContractTest implements CounterContract, ExpiringCounters {

    @Override
    public Backend open(TckEnvironment environment) {
        return TestClusters.open(TestClusters.shared(1).get(0).instance(), 1, environment);
    }

    @Override
    public Optional<Duration> timeToLive(Backend backend, TckEnvironment environment, Key key) {
        EntryView<String, byte[]> view = ((HazelcastBackend) backend)
                .instance()
                .<String, byte[]>getMap(HazelcastBackend.MAP)
                .getEntryView(new KeyNames(environment.namespace()).of(key));
        if (view == null) {
            return Optional.empty();
        }
        return Optional.of(
                view.getExpirationTime() == Long.MAX_VALUE
                        ? Duration.ofMillis(-1)
                        : Duration.ofMillis(view.getExpirationTime() - System.currentTimeMillis()));
    }
}

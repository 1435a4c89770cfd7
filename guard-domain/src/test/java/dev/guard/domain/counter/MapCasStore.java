package dev.guard.domain.counter;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The simplest store that keeps bytes: a map, with the time and the accidents that a test wants. */
class MapCasStore extends CasCounterStore<Long> {

    /** What several stores share, as the processes of a deployment share a database. */
    static final class Shared {
        final ConcurrentMap<Key, Stored<Long>> rows = new ConcurrentHashMap<>();
        final ConcurrentMap<Key, Long> expiries = new ConcurrentHashMap<>();
        final AtomicLong time = new AtomicLong(1_790_000_000_000_000L);
        final AtomicLong revisions = new AtomicLong();
        final AtomicInteger loads = new AtomicInteger();
        final AtomicInteger writes = new AtomicInteger();
    }

    final Shared shared;

    MapCasStore(Shared shared, DecisionSource source, Executor executor, LongSupplier nanoTime) {
        super(source, executor, nanoTime);
        this.shared = shared;
    }

    MapCasStore(Shared shared) {
        this(shared, ModelKey.SOURCE, Runnable::run, () -> 0);
    }

    @Override
    protected Loaded<Long> load(Key key) {
        shared.loads.incrementAndGet();
        return new Loaded<>(shared.time.get(), Optional.ofNullable(shared.rows.get(key)));
    }

    @Override
    protected boolean create(Key key, byte[] value, long expiresAt) {
        shared.writes.incrementAndGet();
        shared.expiries.put(key, expiresAt);
        return shared.rows.putIfAbsent(key, row(value)) == null;
    }

    @Override
    protected boolean replace(Key key, Stored<Long> expected, byte[] value, long expiresAt) {
        shared.writes.incrementAndGet();
        shared.expiries.put(key, expiresAt);
        return shared.rows.replace(key, expected, row(value));
    }

    @Override
    protected boolean remove(Key key, Stored<Long> expected) {
        shared.writes.incrementAndGet();
        return shared.rows.remove(key, expected);
    }

    @Override
    protected KeyPage scan(String tenant, String policy, String cursor) {
        if (!cursor.equals(KeyPage.START)) {
            throw new InvalidArgumentException("cursor is '" + cursor + "', expected none");
        }
        List<Key> keys = new ArrayList<>();
        for (Map.Entry<Key, Stored<Long>> row : shared.rows.entrySet()) {
            if (row.getKey().tenant().equals(tenant) && row.getKey().policy().equals(policy)) {
                keys.add(row.getKey());
            }
        }
        return new KeyPage(keys, Optional.empty());
    }

    private Stored<Long> row(byte[] value) {
        return new Stored<>(value, shared.revisions.incrementAndGet());
    }
}

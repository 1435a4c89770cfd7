package dev.guard.tck;

import dev.guard.domain.Deadline;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Reset;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/** S13: some threads list keys, while others make keys come and go. */
final class ListingRace {

    private static final int LISTINGS = 2;
    private static final int MOST_PAGES = 100_000;

    private final ConcurrentTrial trial;
    private final Policy policy = Policy.of("p", Limit.parse("1000000/1h"));
    private final int live;
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger listing;

    private ListingRace(ConcurrentTrial trial) {
        this.trial = trial;
        trial.declared(policy);
        this.live = 1 + trial.random().nextInt(60);
        this.listing = new AtomicInteger(trial.threads() / 2);
    }

    static void run(ConcurrentTrial trial) throws Exception {
        ListingRace race = new ListingRace(trial);
        Caller alone = trial.alone();
        for (int i = 0; i < race.live; i++) {
            alone.ask(ConcurrentTrial.acquire(race.policy, race.live(i), 1));
        }
        Policy other = Policy.of("p2", Limit.parse("5/1h"));
        alone.ask(ConcurrentTrial.acquire(other, other.key("t", "live-0"), 1));
        alone.ask(ConcurrentTrial.acquire(race.policy, race.policy.key("t2", "live-0"), 1));
        trial.inThreads((caller, random) -> {
            if (race.numbers.incrementAndGet() <= trial.threads() / 2) {
                try {
                    for (int i = 0; i < LISTINGS; i++) {
                        race.requireLive(race.list(caller));
                    }
                } finally {
                    race.listing.decrementAndGet();
                }
            } else {
                race.comeAndGo(caller, random);
            }
        });
    }

    private Key live(int number) {
        return policy.key("t", "live-" + number);
    }

    private Set<Key> list(Caller caller) throws Exception {
        Set<Key> keys = new HashSet<>();
        String cursor = KeyPage.START;
        for (int pages = 0; pages < MOST_PAGES; pages++) {
            KeyPage page = caller.await(caller.store().submitList("t", policy.name(), cursor));
            keys.addAll(page.keys());
            if (page.next().isEmpty()) {
                return keys;
            }
            cursor = page.next().get();
        }
        throw trial.failure(
                "a listing has no end: there are " + MOST_PAGES + " pages, and the last one names another",
                "Keys that come while a listing goes on must not keep it going.",
                "");
    }

    private void requireLive(Set<Key> listed) {
        Set<String> missing = new TreeSet<>();
        for (int i = 0; i < live; i++) {
            if (!listed.contains(live(i))) {
                missing.add(live(i).subject());
            }
        }
        if (!missing.isEmpty()) {
            throw trial.failure(
                    "a listing left out " + missing + " of " + live
                            + " keys that were live from before its first page until after its last",
                    "A cursor that counts positions skips keys when others before it go. It must name a place that stays, such"
                            + " as the last key of the page, or a part of a hash table.",
                    "");
        }
        for (Key key : listed) {
            boolean known = key.subject().startsWith("live-") || key.subject().startsWith("guest-");
            if (!known || !key.tenant().equals("t") || !key.policy().equals(policy.name())) {
                throw trial.failure(
                        "a listing of tenant t, policy p names " + Ledger.text(key),
                        "A listing names keys of the tenant and the policy that it is asked for, as they were given.",
                        "");
            }
        }
    }

    /** Makes keys that go again, and uses those that stay, as long as somebody lists. */
    private void comeAndGo(Caller caller, Random random) throws Exception {
        while (listing.get() > 0) {
            Key guest = policy.key("t", "guest-" + random.nextInt(40));
            caller.ask(ConcurrentTrial.acquire(policy, guest, 1));
            caller.ask(ConcurrentTrial.acquire(policy, live(random.nextInt(live)), 1));
            caller.ask(new Reset(guest, Deadline.NONE));
        }
    }
}

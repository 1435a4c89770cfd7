package dev.guard.tck.soak;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Micros;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.counter.CasCounterStore;
import dev.guard.domain.counter.CounterStore;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Counters in a {@link BytesServer}, which do right or have some of the {@link Crime}s in them. Workers find it by its name. */
public final class CulpritProvider implements BackendProvider {

    static final String NAME = "culprit";

    private static final int THREADS = 8;
    private static final int TIMEOUT_MILLIS = 40;
    private static final int LEAK = 256 << 10;

    /** What is wrong with it, all of it only when the store is away. */
    enum Crime {
        /** Permits are given without the store. */
        ANSWERS_LOCALLY,
        /** A thread is left behind. */
        LEAVES_THREADS,
        /** Some memory is left behind. */
        LEAVES_MEMORY,
        /** An error that is none of guard's. */
        FAILS_STRANGELY,
        /** What nobody can interpret. */
        BLAMES_THE_PROTOCOL,
        /** It takes much longer than it may. */
        TAKES_ITS_TIME,
        /** What may have counted is said not to have. */
        SAYS_CONNECT
    }

    private static final Queue<byte[]> LEFT_BEHIND = new ConcurrentLinkedQueue<>();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Backend open(BackendSettings settings) {
        settings.requireKnown(List.of("port", "crimes"));
        Set<Crime> crimes = EnumSet.noneOf(Crime.class);
        settings.text("crimes").ifPresent(names -> {
            for (String name : names.split(",")) {
                crimes.add(Crime.valueOf(name));
            }
        });
        Store store = new Store(settings, Integer.parseInt(settings.text("port").orElseThrow()), crimes);
        return new Backend() {
            @Override
            public String name() {
                return NAME;
            }

            @Override
            public boolean isShared() {
                return true;
            }

            @Override
            public CounterStore counters() {
                return store;
            }

            @Override
            public CompletionStage<Void> ping() {
                return store.ping();
            }

            @Override
            public void close() {
                store.close();
            }
        };
    }

    /** What was answered: what a key had. */
    private record Answer(long time, long revision, byte[] bytes) {}

    private static final class Store extends CasCounterStore<Long> {

        private final int port;
        private final Set<Crime> crimes;
        private final Queue<Socket> idle = new ConcurrentLinkedQueue<>();

        Store(BackendSettings settings, int port, Set<Crime> crimes) {
            super(settings.source(), threads(), System::nanoTime);
            this.port = port;
            this.crimes = crimes;
        }

        /** Threads that are all there from the beginning. */
        private static ThreadPoolExecutor threads() {
            ThreadPoolExecutor threads = new ThreadPoolExecutor(
                    THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(256), work -> {
                        Thread thread = new Thread(work, "culprit");
                        thread.setDaemon(true);
                        return thread;
                    });
            threads.prestartAllCoreThreads();
            return threads;
        }

        CompletionStage<Void> ping() {
            return async(() -> {
                ask("ping", 0, new byte[0]);
                return null;
            });
        }

        @Override
        protected Loaded<Long> load(Key key) {
            Answer answer;
            try {
                answer = ask(name(key), 0, new byte[0]);
            } catch (BackendUnavailableException e) {
                if (crimes.contains(Crime.ANSWERS_LOCALLY)) {
                    return new Loaded<>(Micros.of(Instant.now()), Optional.empty());
                }
                throw e;
            }
            return new Loaded<>(
                    answer.time,
                    answer.revision == 0 ? Optional.empty() : Optional.of(new Stored<>(answer.bytes, answer.revision)));
        }

        @Override
        protected boolean create(Key key, byte[] value, long expiresAt) {
            return write(key, 0, value);
        }

        @Override
        protected boolean replace(Key key, Stored<Long> expected, byte[] value, long expiresAt) {
            return write(key, expected.revision(), value);
        }

        private boolean write(Key key, long expected, byte[] value) {
            try {
                return ask(name(key), expected, value).revision == expected;
            } catch (BackendUnavailableException e) {
                if (crimes.contains(Crime.ANSWERS_LOCALLY)) {
                    return true;
                }
                throw e;
            }
        }

        @Override
        protected boolean remove(Key key, Stored<Long> expected) {
            throw new UnsupportedOperationException("nothing expires in so short a time");
        }

        @Override
        protected KeyPage scan(String tenant, String policy, String cursor) {
            throw new UnsupportedOperationException("nobody lists");
        }

        private static String name(Key key) {
            return key.tenant() + " " + key.policy() + " " + key.subject();
        }

        private Answer ask(String key, long expected, byte[] bytes) {
            Socket socket = null;
            try {
                socket = idle.poll();
                if (socket == null) {
                    socket = new Socket();
                    socket.setTcpNoDelay(true);
                    socket.setSoTimeout(TIMEOUT_MILLIS);
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
                }
                ByteArrayOutputStream request = new ByteArrayOutputStream();
                DataOutputStream out = new DataOutputStream(request);
                out.writeUTF(key);
                out.writeLong(expected);
                out.writeInt(bytes.length);
                out.write(bytes);
                socket.getOutputStream().write(request.toByteArray());
                DataInputStream in = new DataInputStream(socket.getInputStream());
                Answer answer = new Answer(in.readLong(), in.readLong(), BytesServer.bytes(in));
                idle.add(socket);
                return answer;
            } catch (IOException e) {
                close(socket);
                for (Socket other = idle.poll(); other != null; other = idle.poll()) {
                    close(other);
                }
                throw failure(e);
            }
        }

        private RuntimeException failure(IOException e) {
            if (crimes.contains(Crime.LEAVES_THREADS)) {
                Thread thread = new Thread(
                        () -> {
                            while (true) {
                                LockSupport.park();
                            }
                        },
                        "left-behind");
                thread.setDaemon(true);
                thread.start();
            }
            if (crimes.contains(Crime.LEAVES_MEMORY)) {
                LEFT_BEHIND.add(new byte[LEAK]);
                while (LEFT_BEHIND.size() * LEAK > 32 << 20) {
                    LEFT_BEHIND.remove();
                }
            }
            if (crimes.contains(Crime.TAKES_ITS_TIME)) {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
                while (System.nanoTime() - end < 0) {
                    LockSupport.parkNanos(end - System.nanoTime());
                }
            }
            if (crimes.contains(Crime.FAILS_STRANGELY)) {
                throw new LinkageError("strange");
            }
            if (crimes.contains(Crime.BLAMES_THE_PROTOCOL)) {
                return new IllegalStateException("forgotten");
            }
            if (crimes.contains(Crime.SAYS_CONNECT) || e instanceof ConnectException) {
                return new BackendUnavailableException(Reason.CONNECT, "no connection", e);
            }
            return new BackendUnavailableException(
                    e instanceof SocketTimeoutException ? Reason.TIMEOUT : Reason.CONNECTION_LOST, "no answer", e);
        }

        private static void close(Socket socket) {
            if (socket != null) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // It is gone.
                }
            }
        }
    }
}

package io.tickwire.net.dpdk;

import io.tickwire.net.dpdk.ffi.DpdkException;
import io.tickwire.net.dpdk.ffi.DpdkLibrary;
import io.tickwire.net.dpdk.ffi.EalCalls;
import io.tickwire.net.dpdk.ffi.EthCalls;
import io.tickwire.net.dpdk.ffi.Libc;
import io.tickwire.net.dpdk.ffi.PoolCalls;
import io.tickwire.net.dpdk.ffi.RssCalls;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * DPDK's environment in this process. It starts once and lasts as long as the process does, since DPDK cannot be started a second time, not
 * even after its clean-up; ports and pools come and go in it. Thread-safe.
 */
public final class Eal {
    private static final int CANARY_FRAMES = 63;
    private static final int CANARY_CACHE = 8;
    private static final int CANARY_BUFFER_BYTES = 512;
    private static final AtomicInteger POOL_NUMBER = new AtomicInteger();
    private static Eal running;

    private final EalSettings settings;
    private final DpdkLibrary library;
    private final EalCalls ealCalls;
    private final EthCalls ethCalls;
    private final PoolCalls poolCalls;

    private Eal(final EalSettings settings, final DpdkLibrary library) {
        this.settings = settings;
        this.library = library;
        ealCalls = new EalCalls(library);
        ethCalls = new EthCalls(library);
        poolCalls = new PoolCalls(library);
    }

    /**
     * Starts the environment, or answers the running one when it was started with the same settings.
     *
     * @throws DpdkException when the library is missing or unknown, or DPDK refuses to start.
     * @throws IllegalStateException when it runs with other settings.
     */
    public static synchronized Eal start(final EalSettings settings) {
        if (running != null) {
            if (!running.settings.equals(settings)) {
                throw new IllegalStateException(
                        "DPDK runs with " + running.settings + ", not " + settings + "; it starts once per process");
            }
            return running;
        }
        final Eal eal = new Eal(settings, DpdkLibrary.load());
        eal.initialise();
        running = eal;
        eal.checkPoolLayout();
        return eal;
    }

    private void initialise() {
        final BitSet cpus = Libc.affinity();
        final int outcome = ealCalls.initialise(settings.arguments(cpus));
        // DPDK binds its caller to what --lcores says, which further arguments may have changed.
        Libc.affinity(cpus);
        if (outcome != 0) {
            throw new DpdkException(
                    "DPDK did not start (" + Libc.errorText(outcome) + ") with the arguments "
                            + settings.arguments(cpus) + "; `tickwire net check` says what is missing",
                    outcome);
        }
    }

    /** A pool that is made, looked at and released: its fields must be where the table says before anything relies on them. */
    private void checkPoolLayout() {
        try (DpdkPool canary = new DpdkPool(this, CANARY_FRAMES, CANARY_CACHE, CANARY_BUFFER_BYTES)) {
            canary.checkFrameLayout();
        }
    }

    /** As DPDK names its version. */
    public String version() {
        return library.version();
    }

    public EalSettings settings() {
        return settings;
    }

    DpdkLibrary library() {
        return library;
    }

    EalCalls ealCalls() {
        return ealCalls;
    }

    EthCalls ethCalls() {
        return ethCalls;
    }

    RssCalls rssCalls() {
        return new RssCalls(library);
    }

    PoolCalls poolCalls() {
        return poolCalls;
    }

    static String nextPoolName() {
        return "tickwire_" + POOL_NUMBER.incrementAndGet();
    }

    /**
     * Makes the calling thread one of DPDK's, which gives it its own cache in every pool; idempotent.
     *
     * @return its index among them.
     */
    int enterThread() {
        final int before = library.lcoreId();
        if (before >= 0) {
            return before;
        }
        if (ealCalls.threadRegister() != 0) {
            throw new DpdkException("DPDK takes no more threads", library.errorNumber());
        }
        return library.lcoreId();
    }

    /** Undoes {@link #enterThread}; idempotent. */
    void leaveThread() {
        if (library.lcoreId() >= 0) {
            ealCalls.threadUnregister();
        }
    }
}

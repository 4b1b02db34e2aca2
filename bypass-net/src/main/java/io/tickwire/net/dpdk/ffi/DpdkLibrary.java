package io.tickwire.net.dpdk.ffi;

import static io.tickwire.net.dpdk.ffi.Downcalls.INT;
import static io.tickwire.net.dpdk.ffi.Downcalls.LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.agrona.UnsafeApi;

/**
 * The installed DPDK: its shared objects, loaded and checked against the row of {@link DpdkAbi} that its version names. Nothing is
 * initialised yet. One per process, kept for ever, as DPDK's state is.
 */
public final class DpdkLibrary {
    private static final int OLDEST_ABI_LOOKED_FOR = 20;
    private static final int NEWEST_ABI_LOOKED_FOR = 40;
    private static final int TEXT_LIMIT = 256;
    private static final String EAL = "librte_eal.so.";
    private static final String ETHDEV = "librte_ethdev.so.";
    private static final String MEMPOOL = "librte_mempool.so.";
    private static final String MBUF = "librte_mbuf.so.";
    private static DpdkLibrary loaded;

    private final DpdkAbi abi;
    private final String version;
    private final SymbolLookup eal;
    private final SymbolLookup ethdev;
    private final SymbolLookup mempool;
    private final SymbolLookup mbuf;
    private final int maxPorts;

    private DpdkLibrary(final int abiNumber, final SymbolLookup eal) {
        this.eal = eal;
        final MethodHandle versionText = Downcalls.find(eal, "rte_version", LONG);
        version = Downcalls.text(Downcalls.callLong(versionText), TEXT_LIMIT);
        abi = DpdkAbi.of(version);
        if (abi.number() != abiNumber) {
            throw new DpdkException(
                    EAL + abiNumber + " says it is \"" + version + "\", which should be " + EAL + abi.number());
        }
        ethdev = open(ETHDEV + abiNumber);
        mempool = open(MEMPOOL + abiNumber);
        mbuf = open(MBUF + abiNumber);
        final long fastPath = versioned(ETHDEV, "rte_eth_fp_ops");
        final long poolOps = versioned(MEMPOOL, "rte_mempool_ops_table");
        final long fastPathBytes = Libc.symbolBytes(fastPath);
        if (fastPathBytes == 0 || fastPathBytes % DpdkAbi.FAST_PATH_BYTES != 0) {
            throw new DpdkException("rte_eth_fp_ops has " + fastPathBytes + " bytes in " + version
                    + "; known is a multiple of " + DpdkAbi.FAST_PATH_BYTES);
        }
        maxPorts = (int) (fastPathBytes / DpdkAbi.FAST_PATH_BYTES);
        final long poolOpsBytes = Libc.symbolBytes(poolOps);
        if (poolOpsBytes != DpdkAbi.POOL_OPS_TABLE_BYTES) {
            throw new DpdkException("rte_mempool_ops_table has " + poolOpsBytes + " bytes in " + version + "; known is "
                    + DpdkAbi.POOL_OPS_TABLE_BYTES);
        }
    }

    /**
     * Loads the library, once.
     *
     * @throws DpdkException when it is not installed, is of an unknown version, or is not shaped as its version should be.
     */
    public static synchronized DpdkLibrary load() {
        if (loaded == null) {
            loaded = loadFirst();
        }
        return loaded;
    }

    private static DpdkLibrary loadFirst() {
        final List<Integer> candidates = new ArrayList<>();
        DpdkAbi.rows().forEach(row -> candidates.add(row.number()));
        // Others only to be able to say which one is there.
        for (int number = NEWEST_ABI_LOOKED_FOR; number >= OLDEST_ABI_LOOKED_FOR; number--) {
            candidates.add(number);
        }
        for (final int number : candidates) {
            final SymbolLookup eal = Downcalls.open(EAL + number);
            if (eal != null) {
                return new DpdkLibrary(number, eal);
            }
        }
        throw new DpdkException(
                "no DPDK library is installed (looked for " + EAL + "N): on Debian, apt-get install dpdk; versions "
                        + DpdkAbi.rows().stream().map(DpdkAbi::version).toList() + " are known");
    }

    /** Whether the library of a driver such as {@code net_af_packet} is installed beside this DPDK. */
    public static boolean hasDriver(final String driver) {
        try {
            return Downcalls.open("librte_" + driver + ".so." + load().abi.number()) != null;
        } catch (final DpdkException withoutDpdk) {
            return false;
        }
    }

    private static SymbolLookup open(final String name) {
        final SymbolLookup library = Downcalls.open(name);
        if (library == null) {
            throw new DpdkException("cannot load " + name + ", though DPDK is installed");
        }
        return library;
    }

    private long versioned(final String library, final String symbol) {
        final String symbolVersion = "DPDK_" + abi.number();
        final long address = Libc.versionedSymbol(library + abi.number(), symbol, symbolVersion);
        if (address == 0) {
            throw new DpdkException(library + abi.number() + " has no " + symbol + "@" + symbolVersion);
        }
        return address;
    }

    public DpdkAbi abi() {
        return abi;
    }

    /** As {@code rte_version()} gives it. */
    public String version() {
        return version;
    }

    /** Ports that the library was built for. */
    public int maxPorts() {
        return maxPorts;
    }

    /** The reason that the last failed call of this thread left, as a positive errno. */
    public int errorNumber() {
        return UnsafeApi.getInt(threadVariable("per_lcore__rte_errno"));
    }

    /** The calling thread's index among DPDK's threads; at least {@code RTE_MAX_LCORE} or negative when it is not registered. */
    public int lcoreId() {
        return UnsafeApi.getInt(threadVariable("per_lcore__lcore_id"));
    }

    private long threadVariable(final String name) {
        // Looked up each time, as the dynamic linker answers with the calling thread's instance.
        return symbol(eal, name);
    }

    static long symbol(final SymbolLookup library, final String name) {
        return library.find(name)
                .orElseThrow(() -> new DpdkException("the DPDK library has no variable " + name))
                .address();
    }

    MethodHandle ealFunction(final String name, final MemoryLayout... arguments) {
        return Downcalls.find(eal, name, INT, arguments);
    }

    SymbolLookup eal() {
        return eal;
    }

    SymbolLookup ethdev() {
        return ethdev;
    }

    SymbolLookup mempool() {
        return mempool;
    }

    SymbolLookup mbuf() {
        return mbuf;
    }

    long fastPathTable() {
        return symbol(ethdev, "rte_eth_fp_ops");
    }

    long poolOpsTable() {
        return symbol(mempool, "rte_mempool_ops_table");
    }
}

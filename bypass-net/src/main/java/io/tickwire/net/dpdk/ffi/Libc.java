package io.tickwire.net.dpdk.ffi;

import static io.tickwire.net.dpdk.ffi.Downcalls.INT;
import static io.tickwire.net.dpdk.ffi.Downcalls.LONG;

import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;
import org.agrona.UnsafeApi;

/** The few functions of the C library that polling on a core and checking a library need. */
public final class Libc {
    private static final SymbolLookup LOOKUP = Linker.nativeLinker().defaultLookup();
    private static final MethodHandle SET_AFFINITY = Downcalls.find(LOOKUP, "sched_setaffinity", INT, INT, LONG, LONG);
    private static final MethodHandle GET_AFFINITY = Downcalls.find(LOOKUP, "sched_getaffinity", INT, INT, LONG, LONG);
    private static final MethodHandle OPEN_LIBRARY = Downcalls.find(LOOKUP, "dlopen", LONG, LONG, INT);
    private static final MethodHandle FIND_VERSIONED = Downcalls.find(LOOKUP, "dlvsym", LONG, LONG, LONG, LONG);
    private static final MethodHandle DESCRIBE_SYMBOL = Downcalls.find(LOOKUP, "dladdr1", INT, LONG, LONG, LONG, INT);
    private static final MethodHandle ERROR_TEXT = Downcalls.find(LOOKUP, "strerror", LONG, INT);

    private static final int MASK_BYTES = 128; // 1,024 CPUs, as glibc's cpu_set_t
    private static final int CURRENT_THREAD = 0;
    private static final int RTLD_NOW_NOLOAD = 2 | 4;
    private static final int RTLD_DL_SYMENT = 1;
    private static final int DL_INFO_BYTES = 32;
    private static final int ELF_SYMBOL_SIZE_OFFSET = 16;

    private Libc() {}

    /** The CPUs that the calling thread may run on. */
    public static BitSet affinity() {
        final long mask = UnsafeApi.allocateMemory(MASK_BYTES);
        try {
            UnsafeApi.setMemory(mask, MASK_BYTES, (byte) 0);
            if (Downcalls.callInt(GET_AFFINITY, CURRENT_THREAD, (long) MASK_BYTES, mask) < 0) {
                throw new DpdkException("sched_getaffinity failed");
            }
            final long[] words = new long[MASK_BYTES / Long.BYTES];
            for (int i = 0; i < words.length; i++) {
                words[i] = UnsafeApi.getLong(mask + (long) i * Long.BYTES);
            }
            return BitSet.valueOf(words);
        } finally {
            UnsafeApi.freeMemory(mask);
        }
    }

    /**
     * Binds the calling thread to the CPUs.
     *
     * @throws DpdkException when none of them exists or is allowed.
     */
    public static void affinity(final BitSet cpus) {
        final long mask = UnsafeApi.allocateMemory(MASK_BYTES);
        try {
            UnsafeApi.setMemory(mask, MASK_BYTES, (byte) 0);
            final long[] words = cpus.toLongArray();
            if (words.length > MASK_BYTES / Long.BYTES) {
                throw new DpdkException("there is no CPU " + (cpus.length() - 1));
            }
            for (int i = 0; i < words.length; i++) {
                UnsafeApi.putLong(mask + (long) i * Long.BYTES, words[i]);
            }
            if (Downcalls.callInt(SET_AFFINITY, CURRENT_THREAD, (long) MASK_BYTES, mask) != 0) {
                throw new DpdkException(
                        "cannot bind to the CPUs " + cpus + ": they do not exist or are not allowed here");
            }
        } finally {
            UnsafeApi.freeMemory(mask);
        }
    }

    /** Address of a symbol of an exact version in a library that is already loaded, or 0. */
    static long versionedSymbol(final String library, final String symbol, final String version) {
        final long libraryText = Downcalls.allocateText(library);
        final long symbolText = Downcalls.allocateText(symbol);
        final long versionText = Downcalls.allocateText(version);
        try {
            final long handle = Downcalls.callLong(OPEN_LIBRARY, libraryText, RTLD_NOW_NOLOAD);
            return handle == 0 ? 0 : Downcalls.callLong(FIND_VERSIONED, handle, symbolText, versionText);
        } finally {
            UnsafeApi.freeMemory(libraryText);
            UnsafeApi.freeMemory(symbolText);
            UnsafeApi.freeMemory(versionText);
        }
    }

    /** Size in bytes that the ELF symbol table gives to the object at an address, or 0. */
    static long symbolBytes(final long address) {
        final long info = UnsafeApi.allocateMemory(DL_INFO_BYTES + Long.BYTES);
        try {
            final long extra = info + DL_INFO_BYTES;
            UnsafeApi.putLong(extra, 0);
            Downcalls.callInt(DESCRIBE_SYMBOL, address, info, extra, RTLD_DL_SYMENT);
            final long symbol = UnsafeApi.getLong(extra);
            return symbol == 0 ? 0 : UnsafeApi.getLong(symbol + ELF_SYMBOL_SIZE_OFFSET);
        } finally {
            UnsafeApi.freeMemory(info);
        }
    }

    /** Text of an errno. */
    public static String errorText(final int errorNumber) {
        return Downcalls.text(Downcalls.callLong(ERROR_TEXT, errorNumber), 256);
    }
}

package io.tickwire.net.dpdk.ffi;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.agrona.UnsafeApi;

/** Receive-side scaling of a started port: the key in force and the indirection table. Cold. */
public final class RssCalls {
    private final MethodHandle configuration;
    private final MethodHandle updateTable;
    private final MethodHandle queryTable;

    public RssCalls(final DpdkLibrary library) {
        configuration = Downcalls.find(
                library.ethdev(),
                "rte_eth_dev_rss_hash_conf_get",
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_SHORT,
                ValueLayout.JAVA_LONG);
        updateTable = table(library, "rte_eth_dev_rss_reta_update");
        queryTable = table(library, "rte_eth_dev_rss_reta_query");
    }

    private static MethodHandle table(final DpdkLibrary library, final String name) {
        return Downcalls.find(
                library.ethdev(),
                name,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_SHORT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_SHORT);
    }

    /**
     * Sets the indirection table and reads it back.
     *
     * @param table queue of each entry, as long as the port's table.
     * @return whether the port has it; false where the driver has no such calls, or does something else.
     */
    public boolean setTable(final int port, final int[] table) {
        final int groups = (table.length + DpdkAbi.RETA_GROUP_ENTRIES - 1) / DpdkAbi.RETA_GROUP_ENTRIES;
        final long bytes = (long) groups * DpdkAbi.RETA_GROUP_BYTES;
        final long memory = UnsafeApi.allocateMemory(bytes);
        try {
            UnsafeApi.setMemory(memory, bytes, (byte) 0);
            for (int entry = 0; entry < table.length; entry++) {
                select(memory, entry);
                UnsafeApi.putShort(at(memory, entry), (short) table[entry]);
            }
            if (Downcalls.callInt(updateTable, (short) port, memory, (short) table.length) != 0) {
                return false;
            }
            UnsafeApi.setMemory(memory, bytes, (byte) 0);
            for (int entry = 0; entry < table.length; entry++) {
                select(memory, entry);
            }
            boolean same = Downcalls.callInt(queryTable, (short) port, memory, (short) table.length) == 0;
            for (int entry = 0; entry < table.length; entry++) {
                same &= UnsafeApi.getShort(at(memory, entry)) == table[entry];
            }
            return same;
        } finally {
            UnsafeApi.freeMemory(memory);
        }
    }

    private static void select(final long memory, final int entry) {
        final long mask = memory + (long) entry / DpdkAbi.RETA_GROUP_ENTRIES * DpdkAbi.RETA_GROUP_BYTES;
        UnsafeApi.putLong(mask, UnsafeApi.getLong(mask) | 1L << entry % DpdkAbi.RETA_GROUP_ENTRIES);
    }

    private static long at(final long memory, final int entry) {
        return memory
                + (long) entry / DpdkAbi.RETA_GROUP_ENTRIES * DpdkAbi.RETA_GROUP_BYTES
                + Long.BYTES
                + (long) entry % DpdkAbi.RETA_GROUP_ENTRIES * Short.BYTES;
    }

    /** The key in force; empty when the driver does not tell. */
    public byte[] key(final int port, final int length) {
        final long memory = UnsafeApi.allocateMemory(DpdkAbi.RSS_BYTES + (long) length);
        try {
            UnsafeApi.setMemory(memory, DpdkAbi.RSS_BYTES + (long) length, (byte) 0);
            UnsafeApi.putLong(memory + DpdkAbi.RSS_KEY_OFFSET, memory + DpdkAbi.RSS_BYTES);
            UnsafeApi.putByte(memory + DpdkAbi.RSS_KEY_LENGTH_OFFSET, (byte) length);
            if (Downcalls.callInt(configuration, (short) port, memory) != 0) {
                return new byte[0];
            }
            final byte[] key = new byte[length];
            for (int i = 0; i < length; i++) {
                key[i] = UnsafeApi.getByte(memory + DpdkAbi.RSS_BYTES + i);
            }
            return key;
        } finally {
            UnsafeApi.freeMemory(memory);
        }
    }
}

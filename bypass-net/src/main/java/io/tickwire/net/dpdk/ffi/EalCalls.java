package io.tickwire.net.dpdk.ffi;

import static io.tickwire.net.dpdk.ffi.Downcalls.INT;
import static io.tickwire.net.dpdk.ffi.Downcalls.LONG;

import java.lang.invoke.MethodHandle;
import java.util.List;
import org.agrona.UnsafeApi;

/** {@code rte_eal_*} and threads. Answers are DPDK's: 0 or more for success, a negative errno otherwise unless said. */
public final class EalCalls {
    private final DpdkLibrary library;
    private final MethodHandle initialise;
    private final MethodHandle hotplugAdd;
    private final MethodHandle hotplugRemove;
    private final MethodHandle threadRegister;
    private final MethodHandle threadUnregister;

    public EalCalls(final DpdkLibrary library) {
        this.library = library;
        initialise = library.ealFunction("rte_eal_init", INT, LONG);
        hotplugAdd = library.ealFunction("rte_eal_hotplug_add", LONG, LONG, LONG);
        hotplugRemove = library.ealFunction("rte_eal_hotplug_remove", LONG, LONG);
        threadRegister = library.ealFunction("rte_thread_register");
        threadUnregister = Downcalls.find(library.eal(), "rte_thread_unregister", null);
    }

    /**
     * Runs {@code rte_eal_init}; works once per process.
     *
     * @return 0, or a positive errno.
     */
    public int initialise(final List<String> arguments) {
        // DPDK keeps and permutes the vector, so neither it nor the texts are freed.
        final long vector = UnsafeApi.allocateMemory((arguments.size() + 1L) * Long.BYTES);
        for (int i = 0; i < arguments.size(); i++) {
            UnsafeApi.putLong(vector + (long) i * Long.BYTES, Downcalls.allocateText(arguments.get(i)));
        }
        UnsafeApi.putLong(vector + (long) arguments.size() * Long.BYTES, 0);
        return Downcalls.callInt(initialise, arguments.size(), vector) >= 0 ? 0 : Math.max(1, library.errorNumber());
    }

    public int hotplugAdd(final String bus, final String device, final String arguments) {
        final long busText = Downcalls.allocateText(bus);
        final long deviceText = Downcalls.allocateText(device);
        final long argumentsText = Downcalls.allocateText(arguments);
        try {
            return Downcalls.callInt(hotplugAdd, busText, deviceText, argumentsText);
        } finally {
            UnsafeApi.freeMemory(busText);
            UnsafeApi.freeMemory(deviceText);
            UnsafeApi.freeMemory(argumentsText);
        }
    }

    public int hotplugRemove(final String bus, final String device) {
        final long busText = Downcalls.allocateText(bus);
        final long deviceText = Downcalls.allocateText(device);
        try {
            return Downcalls.callInt(hotplugRemove, busText, deviceText);
        } finally {
            UnsafeApi.freeMemory(busText);
            UnsafeApi.freeMemory(deviceText);
        }
    }

    /** Makes the calling thread one of DPDK's. */
    public int threadRegister() {
        return Downcalls.callInt(threadRegister);
    }

    public void threadUnregister() {
        Downcalls.call(threadUnregister);
    }
}

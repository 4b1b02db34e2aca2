package io.tickwire.net.dpdk.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.agrona.UnsafeApi;

/** Makes handles to native functions, and calls those that are not on a hot path. Pointers are passed as longs. */
@SuppressWarnings("restricted") // The bindings are what native access is enabled for.
final class Downcalls {
    static final MemoryLayout INT = ValueLayout.JAVA_INT;
    static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
    static final MemoryLayout SHORT = ValueLayout.JAVA_SHORT;

    private Downcalls() {}

    static MethodHandle find(
            final SymbolLookup library, final String name, final MemoryLayout result, final MemoryLayout... arguments) {
        final FunctionDescriptor descriptor =
                result == null ? FunctionDescriptor.ofVoid(arguments) : FunctionDescriptor.of(result, arguments);
        return Linker.nativeLinker()
                .downcallHandle(
                        library.find(name)
                                .orElseThrow(() -> new DpdkException("the DPDK library has no function " + name)),
                        descriptor);
    }

    /** A handle that takes the function's address first, for functions that return quickly and never block. */
    static MethodHandle unboundCritical(final FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(descriptor, Linker.Option.critical(false));
    }

    /** A handle that takes the function's address first. */
    static MethodHandle unbound(final FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(descriptor);
    }

    /** Loads a library for ever; null when it is not there. */
    static SymbolLookup open(final String library) {
        try {
            return SymbolLookup.libraryLookup(library, Arena.global());
        } catch (final IllegalArgumentException absent) {
            return null;
        }
    }

    /** Calls a handle whose result is an int. Boxes: for set-up only. */
    static int callInt(final MethodHandle function, final Object... arguments) {
        return (int) call(function, arguments);
    }

    /** Calls a handle whose result is a long. Boxes: for set-up only. */
    static long callLong(final MethodHandle function, final Object... arguments) {
        return (long) call(function, arguments);
    }

    static Object call(final MethodHandle function, final Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (final Throwable failure) {
            throw failed(failure);
        }
    }

    /** A downcall throws nothing of its own: what comes is an error of the JVM or a programmer's. */
    static RuntimeException failed(final Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return new DpdkException("native call failed", failure);
    }

    /** Copies a text into native memory with its closing zero; freed with {@code UnsafeApi.freeMemory}. */
    static long allocateText(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        final long address = UnsafeApi.allocateMemory(bytes.length + 1L);
        for (int i = 0; i < bytes.length; i++) {
            UnsafeApi.putByte(address + i, bytes[i]);
        }
        UnsafeApi.putByte(address + bytes.length, (byte) 0);
        return address;
    }

    /** Reads a text that ends with zero, at most {@code limit} bytes of it. */
    static String text(final long address, final int limit) {
        if (address == 0) {
            return "";
        }
        int length = 0;
        while (length < limit && UnsafeApi.getByte(address + length) != 0) {
            length++;
        }
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = UnsafeApi.getByte(address + i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

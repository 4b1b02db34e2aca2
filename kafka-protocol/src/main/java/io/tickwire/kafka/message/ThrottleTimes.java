package io.tickwire.kafka.message;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.kafka.common.protocol.ApiMessage;

/** The field {@code throttleTimeMs} that nearly every response has, but that Kafka's generated classes do not share. */
public final class ThrottleTimes {
    private static final ClassValue<Access> ACCESS = new ClassValue<>() {
        @Override
        protected Access computeValue(Class<?> type) {
            return Access.of(type);
        }
    };

    private record Access(MethodHandle getter, MethodHandle setter) {
        private static final Access NONE = new Access(null, null);

        static Access of(Class<?> type) {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            try {
                return new Access(
                        lookup.findVirtual(type, "throttleTimeMs", MethodType.methodType(int.class))
                                .asType(MethodType.methodType(int.class, ApiMessage.class)),
                        lookup.findVirtual(type, "setThrottleTimeMs", MethodType.methodType(type, int.class))
                                .asType(MethodType.methodType(void.class, ApiMessage.class, int.class)));
            } catch (NoSuchMethodException e) {
                return NONE;
            } catch (IllegalAccessException e) {
                throw new AssertionError("a generated message that is not public: " + type, e);
            }
        }
    }

    private ThrottleTimes() {}

    /**
     * Raises a response's throttle time to {@code waitMs}; one without the field stays as it is.
     *
     * @return the longer of both times, milliseconds
     */
    public static int raise(ApiMessage response, int waitMs) {
        Access access = ACCESS.get(response.getClass());
        if (access.getter == null) {
            return waitMs;
        }
        try {
            int set = (int) access.getter.invokeExact(response);
            if (waitMs > set) {
                access.setter.invokeExact(response, waitMs);
            }
            return Math.max(set, waitMs);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("accessors throw nothing checked", e);
        }
    }
}

package io.tickwire.compat.target;

import java.util.Map;

/**
 * The two brokers that a suite compares, one of each for this process, started when first asked for.
 *
 * <p>{@code compat.reference}: {@code kafka-container}, {@code kafka-process}; without it the container where an engine
 * answers (demanded where the environment says CI=true) and else the process. {@code compat.subject}: {@code tickwire};
 * {@code tickwire-shards}, the same with several shards; {@code tickwire-dpdk}, over its userspace stack (needs root and DPDK); {@code kafka-process} (a suite must find no difference between Kafka and itself).
 */
public final class Targets {

    public static final String REFERENCE_PROPERTY = "compat.reference";
    public static final String SUBJECT_PROPERTY = "compat.subject";

    private static Started reference;
    private static Started subject;

    /** A target, or why there is none: a second attempt would only take its time. */
    private record Started(Target target, TargetException failure) {

        static Started of(String kind) {
            try {
                Target target = start(kind, BrokerSettings.small());
                Runtime.getRuntime().addShutdownHook(new Thread(target::close, "close " + target.name()));
                return new Started(target, null);
            } catch (TargetException e) {
                return new Started(null, e);
            }
        }

        Target get() {
            if (failure != null) {
                throw failure;
            }
            return target;
        }
    }

    private Targets() {}

    public static boolean isContinuousIntegration() {
        return "true".equals(System.getenv("CI"));
    }

    public static synchronized Target reference() {
        if (reference == null) {
            reference = Started.of(referenceKind());
        }
        return reference.get();
    }

    public static synchronized Target subject() {
        if (subject == null) {
            subject = Started.of(subjectKind());
        }
        return subject.get();
    }

    /** Starts another reference, with settings of its own, for the caller to close. */
    public static Target startReference(BrokerSettings settings) {
        return start(referenceKind(), settings);
    }

    /** Starts another subject, with settings of its own, for the caller to close. */
    public static Target startSubject(BrokerSettings settings) {
        return start(subjectKind(), settings);
    }

    /** Starts a broker of a kind, for the caller to close. */
    public static Target start(String kind, BrokerSettings settings) {
        return switch (kind) {
            case "kafka-container" -> KafkaContainerTarget.start(settings);
            case "kafka-process" -> KafkaProcess.start(settings);
            case "tickwire" -> TickwireProcess.start(settings, Map.of());
            case "tickwire-shards" -> TickwireProcess.startSharded(settings);
            case "tickwire-dpdk" -> TickwireProcess.startUserspace(settings);
            default ->
                throw new TargetException("no target '" + kind
                        + "': there are kafka-container, kafka-process, tickwire, tickwire-shards and tickwire-dpdk");
        };
    }

    private static String subjectKind() {
        return System.getProperty(SUBJECT_PROPERTY, "tickwire");
    }

    private static String referenceKind() {
        String chosen = System.getProperty(REFERENCE_PROPERTY);
        if (chosen != null) {
            return chosen;
        }
        if (isContinuousIntegration() || KafkaContainerTarget.isEngineAvailable()) {
            return "kafka-container";
        }
        System.out.println("No container engine answers: real Kafka runs as a child process.");
        return "kafka-process";
    }
}

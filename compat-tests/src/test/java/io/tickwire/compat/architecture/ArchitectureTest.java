package io.tickwire.compat.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the module and package rules over the main classes of the whole tree. */
class ArchitectureTest {

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.tickwire");
    }

    @Test
    void everyModuleIsSeen() {
        Set<String> seen = new TreeSet<>();
        for (JavaClass type : classes) {
            String below = type.getPackageName().substring("io.tickwire.".length());
            seen.add(below.contains(".") ? below.substring(0, below.indexOf('.')) : below);
        }
        assertEquals(Set.of("compat", "edge", "kafka", "net", "storage"), seen);
    }

    @Test
    void packageUsesOnlyWhatTheTableAllows() {
        Set<String> breaches = new TreeSet<>();
        for (JavaClass type : classes) {
            String from = type.getPackageName();
            if (isRootOfModule(from)) {
                continue;
            }
            if (PackageRules.governing(from) == null) {
                breaches.add(from + " is not in the table");
                continue;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String to = dependency.getTargetClass().getBaseComponentType().getPackageName();
                if (to.startsWith("io.tickwire.") && !isRootOfModule(to) && !PackageRules.mayUse(from, to)) {
                    breaches.add(from + " must not use " + to + ": " + dependency.getDescription());
                }
            }
        }
        assertNone(breaches);
    }

    @Test
    void chronicleIsUsedByTheJournalOnly() {
        assertUsedOnly(
                "net.openhft",
                within("io.tickwire.storage.journal")
                        // The queue used directly, as a peer.
                        .or(within("io.tickwire.compat.bench")));
    }

    @Test
    void kafkaClassesAreUsedByMessageOnlyWithinTheProtocolAndNotBelowIt() {
        assertUsedOnly(
                "org.apache.kafka",
                within("io.tickwire.kafka.message")
                        .or(within("io.tickwire.edge"))
                        .or(within("io.tickwire.compat"))
                        // Producer state and log configuration come from kafka-storage where they fit.
                        .or(within("io.tickwire.storage")));
    }

    @Test
    void foreignMemoryIsUsedByTheDeviceBindingsOnly() {
        assertUsedOnly(
                "java.lang.foreign",
                within("io.tickwire.net.dpdk.ffi")
                        // CRC-32C over mapped memory: the JDK's intrinsic wants a ByteBuffer.
                        .or(within("io.tickwire.kafka.record"))
                        // Sync, reservation and population of mapped segments: madvise, fallocate.
                        .or(within("io.tickwire.storage.os"))
                        // Socket options that the JDK does not offer.
                        .or(within("io.tickwire.net.transport"))
                        // Thread affinity, scheduling class, locked memory.
                        .or(within("io.tickwire.edge.launch"))
                        // The benchmark's subscriber in C.
                        .or(within("io.tickwire.compat.bench.hotpath")));
    }

    @Test
    void bypassNetUsesAgronaOnly() {
        List<String> breaches = new ArrayList<>();
        for (JavaClass type : classes) {
            if (!type.getPackageName().startsWith("io.tickwire.net")) {
                continue;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String to = dependency.getTargetClass().getBaseComponentType().getPackageName();
                if (!to.isEmpty()
                        && !to.startsWith("java.")
                        && !to.startsWith("io.tickwire.net")
                        && !to.startsWith("org.agrona")
                        && !to.startsWith("jdk.")
                        && !to.startsWith("sun.")) {
                    breaches.add(dependency.getDescription());
                }
            }
        }
        assertNone(breaches);
    }

    @Test
    void threadsAreStartedByLaunchOnly() {
        Predicate<String> allowed = within("io.tickwire.edge.launch")
                .or(within("io.tickwire.compat"))
                // Recovery at start-up, on a pool that is gone when the catalog is open.
                .or("io.tickwire.storage.catalog"::equals);
        Set<String> breaches = new TreeSet<>();
        for (JavaClass type : classes) {
            if (allowed.test(type.getPackageName())) {
                continue;
            }
            for (JavaConstructorCall call : type.getConstructorCallsFromSelf()) {
                if (call.getTargetOwner().isAssignableTo(Thread.class)) {
                    breaches.add(call.getDescription());
                }
            }
            for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                if (startsThread(call)) {
                    breaches.add(call.getDescription());
                }
            }
        }
        assertNone(breaches);
    }

    @Test
    void everyLineOfTheTableNamesAPackageThatMayUseItself() {
        assertTrue(PackageRules.mayUse("io.tickwire.net.tcp.loss", "io.tickwire.net.tcp"));
        assertFalse(PackageRules.mayUse("io.tickwire.kafka.record", "io.tickwire.kafka.message"));
        assertFalse(PackageRules.mayUse("io.tickwire.storage.log", "io.tickwire.edge.agent"));
    }

    private static boolean startsThread(JavaMethodCall call) {
        String owner = call.getTargetOwner().getName();
        String name = call.getName();
        boolean built = owner.startsWith(Thread.class.getName() + "$Builder");
        return (built && (name.equals("start") || name.equals("unstarted")))
                || (owner.equals(Thread.class.getName()) && name.equals("startVirtualThread"))
                || (owner.equals(Executors.class.getName()) && name.startsWith("new"));
    }

    private static void assertUsedOnly(String used, Predicate<String> allowed) {
        Set<String> breaches = new TreeSet<>();
        for (JavaClass type : classes) {
            if (allowed.test(type.getPackageName())) {
                continue;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String to = dependency.getTargetClass().getBaseComponentType().getPackageName();
                if (PackageRules.isWithin(to, used)) {
                    breaches.add(dependency.getDescription());
                }
            }
        }
        assertNone(breaches);
    }

    private static Predicate<String> within(String ancestor) {
        return name -> PackageRules.isWithin(name, ancestor);
    }

    private static boolean isRootOfModule(String packageName) {
        return packageName.chars().filter(c -> c == '.').count() == 2;
    }

    private static void assertNone(Collection<String> breaches) {
        assertTrue(breaches.isEmpty(), () -> "\n  " + String.join("\n  ", breaches));
    }
}

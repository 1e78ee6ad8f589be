package dev.gantry.e2e.simulation;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs one scenario or seed on whatever classes it was loaded with, and says what broke. */
final class Trial {

    private Trial() {}

    /** The scenarios there are. */
    static List<String> scenarios() {
        return methods(Test.class).stream().map(Method::getName).sorted().toList();
    }

    /** How the scenario failed; empty when it did not. */
    static Optional<String> scenario(String name) throws ReflectiveOperationException {
        ScenariosTest test = new ScenariosTest();
        try (Bugs bugs = Bugs.listen()) {
            Optional<String> broken = invoke(test, methods(BeforeEach.class).getFirst());
            if (broken.isEmpty()) {
                broken = invoke(test, ScenariosTest.class.getDeclaredMethod(name));
            }
            return broken.or(bugs::first);
        } finally {
            invoke(test, methods(AfterEach.class).getFirst());
        }
    }

    /** How the seed failed; empty when it did not. */
    static Optional<String> seed(long seed) throws InterruptedException {
        try {
            Simulation.run(seed, line -> {});
            return Optional.empty();
        } catch (Violation | RuntimeException broken) {
            return Optional.of(describe(broken));
        }
    }

    private static List<Method> methods(Class<? extends Annotation> kind) {
        return Arrays.stream(ScenariosTest.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(kind))
                .toList();
    }

    private static Optional<String> invoke(ScenariosTest test, Method method) throws ReflectiveOperationException {
        try {
            method.setAccessible(true);
            method.invoke(test);
            return Optional.empty();
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            return Optional.of(describe(cause == null ? e : cause));
        }
    }

    private static String describe(Throwable broken) {
        String text = broken instanceof Violation ? String.valueOf(broken.getMessage()) : String.valueOf(broken);
        return text.strip()
                .lines()
                .map(String::strip)
                .reduce((a, b) -> a + " " + b)
                .orElse("");
    }
}

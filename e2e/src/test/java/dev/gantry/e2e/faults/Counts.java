package dev.gantry.e2e.faults;

import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/** How much of everything: small figures unless a property {@code gantry.faults.NAME} or a variable says otherwise. */
final class Counts {

    private Counts() {}

    static int of(String name, int ordinary) {
        return said(name).map(Integer::parseInt).orElse(ordinary);
    }

    /** Chance from a seed, which is printed: {@code gantry.faults.seed} gives the same again. */
    static Random chance(String test) {
        long seed = said("seed").map(Long::parseLong).orElseGet(System::nanoTime);
        System.out.println("faults: " + test + " runs with seed " + seed);
        return new Random(seed);
    }

    private static Optional<String> said(String name) {
        String variable = "GANTRY_FAULTS_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
        return Optional.ofNullable(System.getProperty("gantry.faults." + name))
                .or(() -> Optional.ofNullable(System.getenv(variable)));
    }
}

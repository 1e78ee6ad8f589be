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

    /**
     * Chance from a seed, which is printed. The same in every ordinary run, so that a change is judged by the change;
     * {@code gantry.faults.seed} gives another one, or a new one each time when it says {@code new}.
     */
    static Random chance(String test, long ordinary) {
        long seed = said("seed")
                .map(said -> said.equals("new") ? System.nanoTime() : Long.parseLong(said))
                .orElse(ordinary);
        System.out.println("faults: " + test + " runs with seed " + seed);
        return new Random(seed);
    }

    private static Optional<String> said(String name) {
        String variable = "GANTRY_FAULTS_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
        return Optional.ofNullable(System.getProperty("gantry.faults." + name))
                .or(() -> Optional.ofNullable(System.getenv(variable)));
    }
}

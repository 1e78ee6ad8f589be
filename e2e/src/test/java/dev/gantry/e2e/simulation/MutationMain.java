package dev.gantry.e2e.simulation;

import java.io.IOException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code gantry simulate --mutants}: takes one rule after another out of the code and says what noticed. */
public final class MutationMain {

    private static final Duration TRIAL_MAX = Duration.ofMinutes(1);
    private static final int SEEDS = 20;
    private static final int TEXT_MAX = 150;

    private MutationMain() {}

    /** {@code [NAME]...} runs only those mutants. */
    public static void main(String[] names) throws IOException {
        List<Mutant> mutants = Mutant.all().stream()
                .filter(mutant -> names.length == 0 || List.of(names).contains(mutant.name()))
                .toList();
        boolean sound = soundWithoutMutant(mutants);
        long survivors = mutants.stream().filter(mutant -> !isCaught(mutant)).count();
        System.out.println("mutants: " + (mutants.size() - survivors) + " of " + mutants.size() + " caught");
        System.exit(sound && survivors == 0 ? 0 : 1);
    }

    /** A scenario that fails anyway shows nothing. */
    private static boolean soundWithoutMutant(List<Mutant> mutants) throws IOException {
        MutantLoader loader = new MutantLoader(Map.of());
        boolean sound = true;
        for (String scenario : mutants.stream().map(Mutant::scenario).distinct().toList()) {
            Optional<String> broken = trial(loader, "scenario", String.class, scenario);
            broken.ifPresent(how -> System.out.println("without any mutant, " + scenario + " fails: " + how));
            sound &= broken.isEmpty();
        }
        return sound;
    }

    private static boolean isCaught(Mutant mutant) {
        try {
            MutantLoader loader = new MutantLoader(mutant.sources());
            Optional<String> caught = trial(loader, "scenario", String.class, mutant.scenario())
                    .map(how -> "by " + mutant.scenario() + ": " + how);
            for (long seed = 1; seed <= SEEDS && caught.isEmpty(); seed++) {
                long one = seed;
                caught = trial(loader, "seed", long.class, seed).map(how -> "only by seed " + one + ": " + how);
            }
            String result = caught.orElse("SURVIVES");
            System.out.println(mutant.name() + " (" + mutant.rule() + ")\n    "
                    + result.substring(0, Math.min(TEXT_MAX, result.length())));
            return result.startsWith("by ");
        } catch (IOException e) {
            throw new IllegalStateException(mutant.name(), e);
        }
    }

    /** On a thread of its own: without a rule something may go round for ever. */
    private static <T> Optional<String> trial(MutantLoader loader, String what, Class<T> type, T argument) {
        FutureTask<Optional<String>> task = new FutureTask<>(() -> {
            Method method = loader.loadClass(Trial.class.getName()).getDeclaredMethod(what, type);
            method.setAccessible(true);
            Optional<?> broken = (Optional<?>) method.invoke(null, argument);
            return broken.map(Object::toString);
        });
        Thread.ofPlatform().daemon().name("trial").start(task);
        try {
            return task.get(TRIAL_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return Optional.of("it does not end");
        } catch (ExecutionException | InterruptedException e) {
            return Optional.of(String.valueOf(e.getCause()));
        }
    }
}

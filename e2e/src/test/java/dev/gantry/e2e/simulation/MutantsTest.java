package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/** A mutant whose text is not in the sources any more shows nothing; {@code gantry simulate --mutants} runs them. */
class MutantsTest {

    @Test
    void everyMutantStillFitsTheSources() {
        assertThat(Mutant.all()).hasSizeGreaterThan(12).allSatisfy(mutant -> {
            assertThat(mutant.rule()).isNotEmpty();
            assertThat(mutant.changes()).isNotEmpty();
            assertThatCode(mutant::sources).doesNotThrowAnyException();
        });
    }

    @Test
    void everyMutantNamesAScenarioThatThereIs() {
        assertThat(Mutant.all()).extracting(Mutant::scenario).isSubsetOf(Trial.scenarios());
    }
}

package dev.gantry.controller.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CandidateTest {

    @Test
    void prefixesThatDifferAreInTheOrderOfTheirTexts() {
        SplittableRandom chance = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            String one = text(chance);
            String other = text(chance);
            int order = Long.compareUnsigned(Candidate.prefix(one), Candidate.prefix(other));
            if (order != 0) {
                assertThat(order).as("%s and %s", one, other).isEqualTo(Integer.signum(one.compareTo(other)));
            }
        }
    }

    private static String text(SplittableRandom chance) {
        String characters = "\u0000af\u00fe\u00ff\u0100\u0101\uffff";
        StringBuilder text = new StringBuilder();
        for (int left = chance.nextInt(11); left > 0; left--) {
            text.append(characters.charAt(chance.nextInt(characters.length())));
        }
        return text.toString();
    }
}

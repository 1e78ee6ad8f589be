package dev.gantry.controller.kube.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.Cidr;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RangesTest {

    private static Ranges block(String whole, String... without) {
        return Ranges.of(
                Cidr.parse(whole).orElseThrow(),
                Arrays.stream(without)
                        .map(part -> Cidr.parse(part).orElseThrow())
                        .toList());
    }

    /** For example {@code "1-3 7-7"}. */
    private static List<String> text(Ranges ranges) {
        return ranges.compiled().stream()
                .map(range -> Integer.toUnsignedLong(range.getFirst()) + "-" + Integer.toUnsignedLong(range.getLast()))
                .toList();
    }

    @Test
    void joinWhatTouches() {
        Ranges ranges = new Ranges();
        LongStream.of(7, 3, 5, 4, 3).forEach(ranges::add);
        assertThat(text(ranges)).containsExactly("3-5", "7-7");
        ranges.add(6);
        assertThat(text(ranges)).containsExactly("3-7");
    }

    @Test
    void leaveOutPartsOfABlock() {
        assertThat(text(block("0.0.0.0/28", "0.0.0.0/30", "0.0.0.8/31", "0.0.0.14/31")))
                .containsExactly("4-7", "10-13");
        assertThat(text(block("0.0.0.0/28", "0.0.0.4/30", "0.0.0.5/32"))).containsExactly("0-3", "8-15");
        assertThat(text(block("255.255.255.254/31", "255.255.255.255/32"))).containsExactly("4294967294-4294967294");
        assertThat(text(block("0.0.0.0/0"))).containsExactly("0-4294967295");
        assertThat(text(block("0.0.0.0/0", "128.0.0.0/1"))).containsExactly("0-2147483647");
        assertThat(block("0.0.0.0/31", "0.0.0.0/32", "0.0.0.1/32").isEmpty()).isTrue();
    }

    @Test
    void holdWhatOnePartLeavesOutAndAnotherNames() {
        Ranges ranges = block("0.0.0.0/29", "0.0.0.2/31");
        ranges.addAll(block("0.0.0.3/32"));
        assertThat(text(ranges)).containsExactly("0-1", "3-7");
    }

    @Test
    void areTheSameSetAsAddressesOneByOne() {
        RandomGenerator chance = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        for (int round = 0; round < 500; round++) {
            Ranges ranges = new Ranges();
            TreeSet<Long> each = new TreeSet<>();
            for (int i = 0; i < 6; i++) {
                int prefix = 26 + chance.nextInt(7);
                String whole = "0.0.0." + chance.nextInt(64) + "/" + prefix;
                String part = "0.0.0." + chance.nextInt(64) + "/" + (27 + chance.nextInt(6));
                ranges.addAll(block(whole, part));
                Cidr removed = Cidr.parse(part).orElseThrow();
                LongStream.rangeClosed(
                                Cidr.parse(whole).orElseThrow().first().longValue(),
                                Cidr.parse(whole).orElseThrow().last().longValue())
                        .filter(one -> one < removed.first().longValue()
                                || one > removed.last().longValue())
                        .forEach(each::add);
            }
            assertThat(ranges.compiled().stream()
                            .flatMap(range -> LongStream.rangeClosed(range.getFirst(), range.getLast())
                                    .boxed()))
                    .containsExactlyElementsOf(each);
            assertThat(text(ranges)).doesNotHaveDuplicates();
        }
    }
}

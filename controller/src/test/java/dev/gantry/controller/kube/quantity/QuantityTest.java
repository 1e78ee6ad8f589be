package dev.gantry.controller.kube.quantity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1000m, 1",
        "1.5, 1500m",
        "0.1, 100m",
        "2000, 2k",
        "1500, 1500",
        "1024Mi, 1Gi",
        "1536Mi, 1536Mi",
        "0.5Gi, 512Mi",
        "1.5Ki, 1536",
        "512, 512",
        "0, 0",
        "0Mi, 0",
        "1e3, 1e3",
        "10e3, 10e3",
        "1.5e3, 1500",
        "0.5Ki, 512",
        "123n, 123n",
        "1E, 1E",
        "1000E, 1000E",
        "-5m, -5m",
        "+1M, 1M",
        "1.0000000001, 1000000001n"
    })
    void isShownAsUpstreamShowsIt(String written, String shown) {
        assertThat(Quantity.parse(written)).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "much", "1x", "1 Gi", "Gi", "--1", "1.2.3", "1e", "1mi"})
    void isNotJustAnything(String text) {
        assertThat(Quantity.find(text)).isEmpty();
    }

    @Test
    void isAddedExactly() {
        Quantity sum = Quantity.ZERO;
        for (int i = 0; i < 10; i++) {
            sum = sum.plus(Quantity.parse("100m"));
        }
        assertThat(sum).hasToString("1");
        assertThat(Quantity.ZERO.plus(Quantity.parse("1Gi"))).hasToString("1Gi");
        assertThat(Quantity.parse("1Gi").plus(Quantity.parse("1M"))).hasToString("1074741824");
        assertThat(Quantity.parse("1").beyond(Quantity.parse("3"))).hasToString("0");
    }
}

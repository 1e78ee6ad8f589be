/** How the API's objects look to a person: rows of tables. Pure; knows neither streams nor the network. */
@NullMarked
package dev.gantry.cli.view;

import org.jspecify.annotations.NullMarked;

//! The currencies of ISO 4217 that have an exponent; funds, metals and test codes have none and are left out.

/// Decimals of the currency's major unit.
pub(super) fn exponent(code: &str) -> Option<u8> {
    let held = |codes: &[&str]| codes.binary_search(&code).is_ok();
    if held(&TWO_DECIMALS) {
        Some(2)
    } else if held(&NO_DECIMALS) {
        Some(0)
    } else if held(&THREE_DECIMALS) {
        Some(3)
    } else if held(&FOUR_DECIMALS) {
        Some(4)
    } else {
        None
    }
}

const NO_DECIMALS: [&str; 17] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
    "XPF",
];

const THREE_DECIMALS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

const FOUR_DECIMALS: [&str; 2] = ["CLF", "UYW"];

#[rustfmt::skip]
const TWO_DECIMALS: [&str; 139] = [
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD", "BND", "BOB",
    "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY", "COP", "COU", "CRC",
    "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP",
    "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW",
    "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR",
    "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP",
    "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD",
    "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN",
    "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_so_that_the_search_finds_every_code() {
        for table in [&NO_DECIMALS[..], &THREE_DECIMALS, &FOUR_DECIMALS, &TWO_DECIMALS] {
            assert!(table.is_sorted());
        }
        assert_eq!(
            (exponent("GHS"), exponent("JPY"), exponent("KWD"), exponent("CLF")),
            (Some(2), Some(0), Some(3), Some(4))
        );
    }
}

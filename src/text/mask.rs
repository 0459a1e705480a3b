//! Masks for what identifies a person: telephone numbers, addresses, names. Lists, prints
//! and exports show them so by default (reliability 8; requirements G47).

/// Longest run of digits that is still taken for a telephone number.
const PHONE_MOST: usize = 13;
/// Shortest one.
const PHONE_LEAST: usize = 7;
/// How much of an address stays: province and city.
const ADDRESS_HEAD: usize = 6;
/// What stands for what is not shown.
const STARS: &str = "****";

/// A telephone number with its first three and last four characters: `138****5678`. A number
/// that came masked stays as it is; a short one is hidden whole.
#[must_use]
pub fn phone(number: &str) -> String {
    let number = number.trim();
    if number.is_empty() || number.contains('*') {
        return number.to_owned();
    }
    let chars: Vec<char> = number.chars().collect();
    if chars.len() < PHONE_LEAST {
        return STARS.to_owned();
    }
    let head: String = chars[..3].iter().collect();
    let tail: String = chars[chars.len() - 4..].iter().collect();
    format!("{head}{STARS}{tail}")
}

/// An address cut after its beginning, enough to tell province and city.
#[must_use]
pub fn address(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= ADDRESS_HEAD {
        return text.to_owned();
    }
    let head: String = text.chars().take(ADDRESS_HEAD).collect();
    format!("{head}{STARS}")
}

/// A name with its first and last character, `t***3`; of two characters the last is hidden.
#[must_use]
pub fn name(name: &str) -> String {
    let chars: Vec<char> = name.trim().chars().collect();
    match &chars[..] {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, .., last] => format!("{first}***{last}"),
    }
}

/// Free text with each mobile number in it masked; order numbers and amounts stay.
#[must_use]
pub fn free_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let end = from
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        if is_mobile(run) {
            out.push_str(&phone(run));
        } else {
            out.push_str(run);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Mobile numbers of the mainland with or without its code, and of Taiwan.
fn is_mobile(run: &str) -> bool {
    let short = run
        .strip_prefix("86")
        .filter(|rest| rest.len() == 11)
        .unwrap_or(run);
    run.len() <= PHONE_MOST
        && (short.len() == 11 && short.starts_with('1') || run.len() == 10 && run.starts_with("09"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_does_not_identify() {
        assert_eq!(phone("13812345678"), "138****5678");
        assert_eq!(phone("138****5678"), "138****5678");
        assert_eq!(phone("12345"), "****");
        assert_eq!(phone(" "), "");
        assert_eq!(address("浙江省杭州市西湖区文三路 1 号"), "浙江省杭州市****");
        assert_eq!(address("杭州"), "杭州");
        assert_eq!(name("阳光小屋"), "阳***屋");
        assert_eq!(name("雨后"), "雨*");
        assert_eq!(name("t**3"), "t***3");
    }

    #[test]
    fn numbers_of_orders_stay_in_texts() {
        assert_eq!(
            free_text("电话13812345678，单4031902847193518258"),
            "电话138****5678，单4031902847193518258"
        );
        assert_eq!(
            free_text("+8613812345678 0912345678"),
            "+861****5678 091****5678"
        );
        assert_eq!(free_text("退 129.00 元"), "退 129.00 元");
    }

    proptest! {
        #[test]
        fn no_mobile_number_is_left(before in "[^0-9]{0,5}", number in "1[3-9][0-9]{9}", after in "[^0-9]{0,5}") {
            let text = [before, number.clone(), after].concat();
            prop_assert!(!free_text(&text).contains(&number));
        }
    }
}

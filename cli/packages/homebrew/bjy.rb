# Builds bjy from the sources of a release: brew install --build-from-source ./bjy.rb
# Not tried: there is no Homebrew where this was written, and no release yet. Its address and its checksum go in here.
class Bjy < Formula
  desc "BaijiaYun (百家云) server API from the shell, with a mock of the service"
  homepage "https://example.com/baijiayun"
  url "https://example.com/baijiayun/baijiayun-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license any_of: ["MIT", "Apache-2.0"]

  depends_on "rust" => :build

  def install
    system "cargo", "install", "--profile", "dist", *std_cargo_args(path: "cli")
    generate_completions_from_executable(bin/"bjy", "completions", shells: [:bash, :zsh, :fish])
  end

  test do
    assert_match "room.create", shell_output("#{bin}/bjy operations room.create")
    signed = shell_output("#{bin}/bjy sign room_id=1 timestamp=1501572288 --partner-id 1 --partner-key nobody --json")
    assert_match "d177dd4efcaa0a8661ea97ebeb5903b8", signed
  end
end
